//! Job posts: what is published of a job (harvest-shapes §3).

use serde::{Deserialize, Serialize};

use super::{Stamp, or_default, or_yes, yes};

/// `GET /v1/job_posts` and the other endpoints that answer posts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JobPost {
    pub id: i64,
    pub title: String,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub location: Location,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub internal: bool,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub external: bool,
    /// Not deleted.
    #[serde(default = "yes", deserialize_with = "or_yes")]
    #[schema(required = true)]
    pub active: bool,
    /// Not said: not live, so that nothing is published that was not.
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub live: bool,
    pub first_published_at: Option<Stamp>,
    /// None: a prospect post, which belongs to no job.
    pub job_id: Option<i64>,
    /// HTML as it is, without a second encoding.
    pub content: Option<String>,
    pub internal_content: Option<String>,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    pub demographic_question_set_id: Option<i64>,
    /// None only where an endpoint was not asked for them.
    pub questions: Option<Vec<Question>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Location {
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub id: i64,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub name: String,
    pub office_id: Option<i64>,
    pub job_post_custom_location_id: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub job_post_location_type: LocationType,
}

/// How the place was given: as free text, as an office, or from the board's own list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LocationType {
    pub id: i64,
    pub name: String,
}

/// Free text, as the vendor’s own samples have it.
impl Default for LocationType {
    fn default() -> Self {
        Self { id: 1, name: "Free Text".to_owned() }
    }
}

/// What an applicant is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Question {
    pub required: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub private: bool,
    pub label: String,
    /// `first_name`, `resume`, …; `question_<id>` for the organisation's own, with `[]` for several
    /// answers.
    pub name: String,
    /// `short_text`, `long_text`, `boolean`, `single_select`, `multi_select` or `attachment`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub values: Vec<Choice>,
    /// HTML.
    pub description: Option<String>,
}

/// One of the answers a question offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Choice {
    pub value: i64,
    pub label: String,
}

/// What a post says about pay, as the public board gives it (`pay_input_ranges`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PayRange {
    pub min_cents: i64,
    pub max_cents: i64,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub currency_type: String,
    #[serde(default, deserialize_with = "or_default")]
    #[schema(required = true)]
    pub title: String,
    pub blurb: Option<String>,
}

impl PayRange {
    fn html(&self) -> String {
        let blurb = self.blurb.as_ref().map(|blurb| format!("<p>{blurb}</p>")).unwrap_or_default();
        format!(
            "<h3>{}</h3>{blurb}<p>{} – {} {}</p>",
            self.title,
            money(self.min_cents),
            money(self.max_cents),
            self.currency_type
        )
    }
}

/// `123456700` cents as `1,234,567`; cents are shown where there are any.
fn money(cents: i64) -> String {
    let mut grouped = if cents < 0 { "-".to_owned() } else { String::new() };
    let cents = cents.unsigned_abs();
    let whole = (cents / 100).to_string();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match cents % 100 {
        0 => grouped,
        rest => format!("{grouped}.{rest:02}"),
    }
}

/// A post with what Harvest does not tell of it: the board it is on, and its pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Posting {
    pub post: JobPost,
    pub board_id: Option<i64>,
    pub language: String,
    pub pay_ranges: Vec<PayRange>,
}

impl Posting {
    /// The post as `full_content=true` gives it: its text between the words of its board, with the pay
    /// before the conclusion.
    pub fn full(&self, introduction: Option<&str>, conclusion: Option<&str>) -> JobPost {
        let pay: String = self.pay_ranges.iter().map(PayRange::html).collect();
        let parts = [introduction, self.post.content.as_deref(), Some(&pay), conclusion];
        let content: String = parts.into_iter().flatten().collect();
        JobPost { content: (!content.is_empty()).then_some(content), ..self.post.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_and_shows_cents_only_when_there_are_any() {
        assert_eq!(money(100), "1");
        assert_eq!(money(99_900), "999");
        assert_eq!(money(100_000), "1,000");
        assert_eq!(money(123_456_700), "1,234,567");
        assert_eq!(money(2_850), "28.50");
    }

    #[test]
    fn money_that_is_owed_has_its_sign_before_the_first_digit() {
        assert_eq!(money(-12_300), "-123");
        assert_eq!(money(-50), "-0.50");
        assert_eq!(money(-123_456_789), "-1,234,567.89");
        assert_eq!(money(i64::MIN), "-92,233,720,368,547,758.08");
    }
}
