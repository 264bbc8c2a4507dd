//! One of a few things, all of them in sight.

use crate::dom::{El, View, el};

/// Radio buttons side by side. `name` ties them together, and nothing else on the page may have it.
pub fn choices(
    legend: &str,
    name: &str,
    options: &[(&'static str, &'static str)],
    chosen: impl Fn() -> String + Copy + 'static,
    on_choose: impl Fn(&str) + Copy + 'static,
) -> El {
    let choice = |&(value, label): &(&'static str, &'static str)| {
        let choice = el("input")
            .attr("type", "radio")
            .attr("name", name)
            .prop_with("checked", move || chosen() == value)
            .on("change", move |_| on_choose(value));
        el("label").child(choice).text(label)
    };
    let all = options.iter().map(choice).collect::<View>();
    el("fieldset")
        .child(el("legend").class("secondary").text(legend))
        .child(el("div").class("choices").child(all))
}
