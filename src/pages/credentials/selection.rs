//! Which permissions are chosen, shown, and not saved yet. Rules only: no view, no browser.

use api::catalogue::{Catalogue, Permission};
use api::permissions::PermissionSet;

/// How much of a group is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tick {
    None,
    Some,
    All,
}

/// How much of `group` is in `chosen`.
pub fn tick(group: &PermissionSet, chosen: &PermissionSet) -> Tick {
    let left = group.difference(chosen).len();
    match (left, group.len() - left) {
        (0, 1..) => Tick::All,
        (_, 0) => Tick::None,
        _ => Tick::Some,
    }
}

/// The permissions under each heading, in the order of the catalogue.
pub fn groups(catalogue: &Catalogue) -> Vec<(String, Vec<Permission>)> {
    let mut groups: Vec<(String, Vec<Permission>)> = Vec::new();
    for permission in &catalogue.permissions {
        match groups.iter_mut().find(|(name, _)| *name == permission.group) {
            Some((_, members)) => members.push(permission.clone()),
            None => groups.push((permission.group.clone(), vec![permission.clone()])),
        }
    }
    groups
}

/// The permissions whose group, label or path contains every word of the search, in any case.
pub fn found(catalogue: &Catalogue, search: &str) -> PermissionSet {
    let search = search.to_ascii_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    let matches = |permission: &&Permission| {
        let paths = permission.endpoints.iter().map(|endpoint| endpoint.path.as_str());
        let text: Vec<&str> =
            [permission.group.as_str(), &permission.label].into_iter().chain(paths).collect();
        let text = text.join(" ").to_ascii_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    catalogue.permissions.iter().filter(matches).map(|permission| permission.bit).collect()
}

/// What a partner is known to ask for.
pub fn preset(catalogue: &Catalogue, partner: &str) -> PermissionSet {
    let partner = catalogue.partner(partner);
    partner.and_then(|partner| catalogue.set_of(&partner.preset).ok()).unwrap_or_default()
}

/// What differs from what is saved, as it stands beside `Save`; `None` when nothing does.
pub fn unsaved(saved: &PermissionSet, chosen: &PermissionSet) -> Option<String> {
    let added = chosen.difference(saved).len();
    let removed = saved.difference(chosen).len();
    (added + removed > 0).then(|| format!("+{added} −{removed}"))
}

/// The labels of a set, in the order of the catalogue.
pub fn labels(catalogue: &Catalogue, set: &PermissionSet) -> Vec<String> {
    let members = catalogue.permissions.iter().filter(|permission| set.contains(permission.bit));
    members.map(|permission| format!("{}: {}", permission.group, permission.label)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(bits: &[u8]) -> PermissionSet {
        bits.iter().copied().collect()
    }

    #[test]
    fn a_group_is_ticked_half_ticked_or_not() {
        let group = set(&[1, 2, 3]);
        assert_eq!(tick(&group, &set(&[])), Tick::None);
        assert_eq!(tick(&group, &set(&[9])), Tick::None);
        assert_eq!(tick(&group, &set(&[2, 9])), Tick::Some);
        assert_eq!(tick(&group, &set(&[1, 2, 3, 9])), Tick::All);
        assert_eq!(tick(&set(&[]), &set(&[1])), Tick::None);
    }

    #[test]
    fn the_unsaved_difference_counts_both_ways() {
        assert_eq!(unsaved(&set(&[1, 2]), &set(&[1, 2])), None);
        assert_eq!(unsaved(&set(&[1, 2]), &set(&[2, 3, 4])).as_deref(), Some("+2 −1"));
        assert_eq!(unsaved(&set(&[]), &set(&[3])).as_deref(), Some("+1 −0"));
    }

    #[test]
    fn every_permission_stands_in_exactly_one_group() {
        let catalogue = Catalogue::new();
        let groups = groups(&catalogue);
        assert_eq!(groups.iter().map(|(_, members)| members.len()).sum::<usize>(), 136);
        let mut names: Vec<&String> = groups.iter().map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), groups.len());
    }

    #[test]
    fn a_search_looks_at_groups_labels_and_paths() {
        let catalogue = Catalogue::new();
        let labels = |search| labels(&catalogue, &found(&catalogue, search));
        assert_eq!(found(&catalogue, "").len(), 136);
        assert_eq!(
            labels("retrieve JOBS/ /job_post"),
            ["Job Posts: GET: Retrieve Job Post for Job"]
        );
        assert!(labels("job posts").iter().all(|label| label.starts_with("Job Posts: ")));
        assert!(labels("no such thing").is_empty());
    }

    #[test]
    fn jobtargets_preset_has_six_and_an_unlisted_vendors_none() {
        let catalogue = Catalogue::new();
        assert_eq!(preset(&catalogue, "jobtarget").len(), 6);
        assert!(preset(&catalogue, "unlisted_vendor").is_empty());
        assert!(preset(&catalogue, "nobody").is_empty());
    }
}
