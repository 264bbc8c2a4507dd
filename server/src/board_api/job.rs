//! A published post as the public sees it, from the documents Harvest answers.

use api::boards::with_post_id;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::shapes::{
    DataCompliance, Field, Form, Job, JobDepartment, JobOffice, Metadata, Named, Question, Text,
};
use crate::db::boards::{BoardRow, PublishedRow};
use crate::harvest::shapes::{
    Choice, CustomField, Job as HarvestJob, JobPost, PayRange, Question as HarvestQuestion, Stamp,
};

/// How much of a post is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Detail {
    pub content: bool,
    pub questions: bool,
    pub pay_transparency: bool,
}

/// What all posts of a board have in common.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub board: &'a BoardRow,
    /// The job fields that are meant for the public.
    pub exposed: &'a [CustomField],
    /// `https://host[:port]` as the client used it.
    pub origin: &'a str,
}

/// A post with what it is filed under.
#[derive(Debug)]
pub(super) struct Published {
    pub job: Job,
    pub department_ids: Vec<i64>,
    pub office_ids: Vec<i64>,
}

impl Context<'_> {
    /// The post as it is answered.
    pub(super) fn published(
        &self,
        row: &PublishedRow,
        detail: Detail,
    ) -> serde_json::Result<Published> {
        let post: JobPost = serde_json::from_str(&row.post)?;
        let job: Option<HarvestJob> = row.job.as_deref().map(serde_json::from_str).transpose()?;
        let pay = detail.pay_transparency.then(|| serde_json::from_str(&row.pay_ranges));
        let pay: Option<Vec<PayRange>> = pay.transpose()?;
        let departments = job.as_ref().map(|job| &job.departments[..]).unwrap_or_default();
        let offices = job.as_ref().map(|job| &job.offices[..]).unwrap_or_default();
        let (department_ids, office_ids) =
            (departments.iter().map(|d| d.id).collect(), offices.iter().map(|o| o.id).collect());
        let text = detail.content.then(|| Text {
            content: encode(&self.content(&post)),
            departments: departments
                .iter()
                .map(|one| JobDepartment {
                    id: one.id,
                    name: one.name.clone(),
                    child_ids: one.child_ids.clone(),
                    parent_id: one.parent_id,
                })
                .collect(),
            offices: offices
                .iter()
                .map(|one| JobOffice {
                    id: one.id,
                    name: one.name.clone(),
                    location: one.location.name.clone(),
                    child_ids: one.child_ids.clone(),
                    parent_id: one.parent_id,
                })
                .collect(),
        });
        let job = Job {
            absolute_url: self.absolute_url(post.id),
            data_compliance: [DataCompliance::NONE],
            internal_job_id: post.job_id,
            location: Named { name: post.location.name.clone() },
            metadata: job.as_ref().and_then(|job| self.metadata(job)),
            id: post.id,
            updated_at: eastern(post.updated_at),
            requisition_id: job.and_then(|job| job.requisition_id),
            title: post.title.clone(),
            company_name: self.board.company_name.clone(),
            first_published: post.first_published_at.map(eastern),
            language: row.language.clone(),
            application_deadline: None,
            text,
            questions: detail.questions.then(|| questions(post.questions.unwrap_or_default())),
            pay_input_ranges: pay,
        };
        Ok(Published { job, department_ids, office_ids })
    }

    /// The post's text between the words of its board.
    fn content(&self, post: &JobPost) -> String {
        let BoardRow { introduction, conclusion, .. } = self.board;
        [introduction, &post.content, conclusion]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect()
    }

    /// Where people read the post: on the organisation's own site, if it has one; else here.
    fn absolute_url(&self, post_id: i64) -> String {
        let own = self.board.job_posts_url.as_ref().or(self.board.job_board_url.as_ref());
        match own {
            Some(address) => with_post_id(address, post_id),
            None => format!("{}/v1/boards/{}/jobs/{post_id}", self.origin, self.board.token),
        }
    }

    fn metadata(&self, job: &HarvestJob) -> Option<Vec<Metadata>> {
        let value = |field: &CustomField| Metadata {
            id: field.id,
            name: field.name.clone(),
            value: job.custom_fields.get(&field.name_key).cloned().unwrap_or_default(),
            value_type: field.value_type.clone(),
        };
        (!self.exposed.is_empty()).then(|| self.exposed.iter().map(value).collect())
    }
}

/// `2026-01-09T14:59:55-05:00`: this API tells the time of the American East, without milliseconds.
pub(super) fn eastern(stamp: Stamp) -> String {
    // In the last day of the year 9999 nobody knows the time zones any more.
    let end = if stamp.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let moment = Timestamp::from_millisecond(stamp.0).unwrap_or(end);
    let eastern = TimeZone::get("America/New_York").unwrap_or(TimeZone::UTC);
    moment.to_zoned(eastern).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// HTML as text in JSON: clients decode the entities once and have HTML.
pub(super) fn encode(html: &str) -> String {
    let mut text = String::with_capacity(html.len() + html.len() / 4);
    for character in html.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            other => text.push(other),
        }
    }
    text
}

fn questions(asked: Vec<HarvestQuestion>) -> Form {
    Form {
        questions: asked.into_iter().map(question).collect(),
        location_questions: Vec::new(),
        compliance: None,
        demographic_questions: None,
    }
}

fn question(asked: HarvestQuestion) -> Question {
    let field = |name: &str, kind, values| Field { name: name.to_owned(), kind, values };
    let fields = match asked.kind.as_str() {
        // A file, or the same as text.
        "attachment" if matches!(asked.name.as_str(), "resume" | "cover_letter") => vec![
            field(&asked.name, "input_file", Vec::new()),
            field(&format!("{}_text", asked.name), "textarea", Vec::new()),
        ],
        "attachment" => vec![field(&asked.name, "input_file", Vec::new())],
        "long_text" => vec![field(&asked.name, "textarea", Vec::new())],
        "boolean" if asked.values.is_empty() => {
            let choice = |value, label: &str| Choice { value, label: label.to_owned() };
            let values = vec![choice(0, "No"), choice(1, "Yes")];
            vec![field(&asked.name, "multi_value_single_select", values)]
        }
        "boolean" | "single_select" => {
            vec![field(&asked.name, "multi_value_single_select", asked.values)]
        }
        "multi_select" => vec![field(&asked.name, "multi_value_multi_select", asked.values)],
        _ => vec![field(&asked.name, "input_text", Vec::new())],
    };
    Question {
        required: asked.required,
        label: asked.label,
        description: asked.description,
        fields,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_american_east_in_summer_and_winter() {
        let at = |text: &str| eastern(Stamp::parse(text).expect("a time"));
        assert_eq!(at("2026-01-09T19:59:55.700Z"), "2026-01-09T14:59:55-05:00");
        assert_eq!(at("2026-07-01T03:00:00.000Z"), "2026-06-30T23:00:00-04:00");
        assert_eq!(at("9999-12-31T23:59:59.000Z"), "9999-12-30T17:00:00-05:00");
    }

    #[test]
    fn text_is_encoded_once_and_decoding_it_once_gives_it_back() {
        let html = "<p class=\"a\">R&amp;D isn't &lt;b&gt;</p>";
        let encoded = encode(html);
        assert_eq!(
            encoded,
            "&lt;p class=&quot;a&quot;&gt;R&amp;amp;D isn&#39;t &amp;lt;b&amp;gt;&lt;/p&gt;"
        );
        let decoded = encoded
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&");
        assert_eq!(decoded, html);
    }
}
