//! The OpenAPI document of what partners and the public call: the Harvest endpoints this instance answers
//! itself, and the Job Board API. Served at `/v1/openapi.json` to everyone, like the catalogue.

use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{AnyOf, ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Content, HeaderBuilder, InfoBuilder, KnownFormat, OpenApi, OpenApiBuilder, PathItem,
    PathsBuilder, Ref, RefOr, Required, Response, ResponseBuilder, SchemaFormat,
};

use super::{me, shapes};
use crate::board_api;
use crate::openapi::schemas_of;

const JSON: &str = "application/json";

/// A parameter an endpoint documents. What it does not document it ignores.
#[derive(Debug, Clone, Copy)]
enum Param {
    /// `page` and `per_page`: what is no number counts as left out, what is out of range as the nearest.
    Pages,
    SkipCount,
    /// `created_after`, `created_before`, `updated_after`, `updated_before`.
    Times,
    Text(&'static str),
    Integer(&'static str),
    Boolean(&'static str),
    /// Counts by being there, whatever its value.
    Flag(&'static str),
    OneOf(&'static str, &'static [&'static str]),
    /// Anything; these words mean something.
    Loose(&'static str),
}
use Param::{Boolean, Flag, Integer, Loose, OneOf, Pages, SkipCount, Text, Times};

/// What an endpoint answers.
#[derive(Debug, Clone, Copy)]
enum Answer {
    One(&'static str),
    List(&'static str),
}
use Answer::{List, One};

const RENDER_AS: Param = OneOf("render_as", &["list", "tree"]);

type Endpoint = (&'static str, &'static str, &'static [Param], Answer);

#[rustfmt::skip]
const HARVEST: &[Endpoint] = &[
    ("/v1/jobs", "List Jobs", &[Pages, SkipCount, Times,
        OneOf("status", &["open", "closed", "draft"]), Text("requisition_id"), Text("opening_id"),
        Integer("department_id"), Text("external_department_id"), Integer("office_id"),
        Text("external_office_id"), Integer("custom_field_option_id")], List("Job")),
    ("/v1/jobs/{id}", "Retrieve Job", &[], One("Job")),
    ("/v1/jobs/{id}/hiring_team", "Get hiring team", &[], One("HiringTeamIds")),
    ("/v1/jobs/{id}/openings", "List Openings For a Job", &[Pages, Loose("status")], List("Opening")),
    ("/v1/jobs/{id}/openings/{opening_id}", "Single Opening For Job", &[], One("Opening")),
    ("/v1/jobs/{id}/stages", "List Job Stages for Job", &[Times], List("JobStage")),
    ("/v1/jobs/{id}/job_posts", "List Job Posts for Job", &[Boolean("active"), Boolean("full_content")],
        List("JobPost")),
    ("/v1/jobs/{id}/job_post", "Retrieve Job Post for Job",
        &[Flag("content"), Flag("questions"), Boolean("full_content")], One("JobPost")),
    ("/v1/job_posts", "List Job Posts", &[Pages, SkipCount, Times, Boolean("live"), Boolean("active"),
        Boolean("internal"), Boolean("full_content")], List("JobPost")),
    ("/v1/job_posts/{id}", "Retrieve Job Post", &[Boolean("full_content")], One("JobPost")),
    ("/v1/job_posts/{id}/custom_locations", "Retrieve Custom Locations for Job Post", &[],
        List("CustomLocation")),
    ("/v1/job_stages", "List Job Stages", &[Pages, SkipCount, Times], List("JobStage")),
    ("/v1/job_stages/{id}", "Retrieve Job Stage", &[], One("JobStage")),
    ("/v1/departments", "List Departments", &[Pages, SkipCount, Text("external_id"), RENDER_AS],
        List("DepartmentOrTree")),
    ("/v1/departments/{id}", "Retrieve Department", &[RENDER_AS], One("DepartmentOrTree")),
    ("/v1/offices", "List offices", &[Pages, SkipCount, Text("external_id"), RENDER_AS],
        List("OfficeOrTree")),
    ("/v1/offices/{id}", "Retrieve office", &[RENDER_AS], One("OfficeOrTree")),
    ("/v1/users", "List Users", &[Pages, SkipCount, Times, Text("employee_id"), Text("email"),
        Boolean("user_attributes")], List("HarvestUser")),
    ("/v1/users/{id}", "Retrieve User", &[Boolean("user_attributes")], One("HarvestUser")),
    ("/v1/user_roles", "List User Roles", &[Pages], List("UserRole")),
    ("/v1/close_reasons", "Get close reasons", &[], List("CloseReason")),
    ("/v1/custom_fields", "Get custom fields of all types", &[Pages, Boolean("include_inactive")],
        List("CustomField")),
    ("/v1/custom_fields/{field_type}", "Get custom fields", &[Pages, Boolean("include_inactive")],
        List("CustomField")),
    ("/v1/custom_field/{id}", "Retrieve Custom Field", &[], One("CustomField")),
    ("/v1/custom_field/{id}/custom_field_options", "Custom Field Options",
        &[Pages, OneOf("type", &["all", "active", "inactive"])], List("CustomFieldOption")),
];

/// Not of the real API, and of no permission.
const OWN: Endpoint = ("/v1/me", "What this key is and may do", &[], One("Me"));

#[rustfmt::skip]
const BOARD: &[Endpoint] = &[
    ("/v1/boards/{token}", "Retrieve job board", &[], One("Board")),
    ("/v1/boards/{token}/jobs", "List jobs", &[Flag("content"), Flag("pay_transparency")], One("Jobs")),
    ("/v1/boards/{token}/jobs/{id}", "Retrieve job", &[Flag("questions"), Flag("pay_transparency")],
        One("BoardJob")),
    ("/v1/boards/{token}/departments", "List departments", &[Loose("render_as")], One("BoardDepartments")),
    ("/v1/boards/{token}/departments/{id}", "Retrieve department", &[Loose("render_as")],
        One("BoardDepartment")),
    ("/v1/boards/{token}/offices", "List offices", &[Loose("render_as")], One("BoardOffices")),
    ("/v1/boards/{token}/offices/{id}", "Retrieve office", &[Loose("render_as")], One("BoardOffice")),
    ("/v1/boards/{token}/embed/jobs", "List jobs, as older libraries ask",
        &[Flag("content"), Flag("pay_transparency")], One("Jobs")),
    ("/v1/boards/{token}/embed/job", "Retrieve job, as older libraries ask",
        &[Loose("id"), Flag("questions"), Flag("pay_transparency")], One("BoardJob")),
    ("/v1/boards/{token}/embed/departments", "List departments, as older libraries ask",
        &[Loose("render_as")], One("BoardDepartments")),
    ("/v1/boards/{token}/embed/department", "Retrieve department, as older libraries ask",
        &[Loose("id"), Loose("render_as")], One("BoardDepartment")),
    ("/v1/boards/{token}/embed/offices", "List offices, as older libraries ask", &[Loose("render_as")],
        One("BoardOffices")),
    ("/v1/boards/{token}/embed/office", "Retrieve office, as older libraries ask",
        &[Loose("id"), Loose("render_as")], One("BoardOffice")),
    ("/v1/boards/{token}/sections", "List prospect post sections", &[], One("BoardSections")),
];

/// The document.
pub fn document() -> OpenApi {
    let mut paths = PathsBuilder::new();
    for endpoint in [OWN].iter().chain(HARVEST) {
        paths = paths.path(endpoint.0, path_item(endpoint, "Harvest"));
    }
    for endpoint in BOARD {
        paths = paths.path(endpoint.0, path_item(endpoint, "Job Board"));
    }
    let info = InfoBuilder::new()
        .title("Latchkey: Harvest API and Job Board API")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "The Harvest endpoints this instance answers itself, and the public Job Board API. A \
             Harvest call carries an API key as the user name of HTTP Basic, with an empty password, \
             and needs the permission of its endpoint. Unknown parameters are ignored; of a repeated \
             one the last counts.",
        ))
        .build();
    let mut document = OpenApiBuilder::new().info(info).paths(paths).build();
    let components = document.components.get_or_insert_default();
    let basic = SecurityScheme::Http(Http::new(HttpAuthScheme::Basic));
    components.add_security_scheme("api_key", basic);
    components.schemas.extend(schemas_of::<me::Me>());
    components.schemas.extend(schemas_of::<shapes::Job>());
    components.schemas.extend(schemas_of::<shapes::Opening>());
    components.schemas.extend(schemas_of::<shapes::JobStage>());
    components.schemas.extend(schemas_of::<shapes::JobPost>());
    components.schemas.extend(schemas_of::<shapes::HarvestUser>());
    components.schemas.extend(schemas_of::<shapes::UserRole>());
    components.schemas.extend(schemas_of::<shapes::CloseReason>());
    components.schemas.extend(schemas_of::<shapes::CustomField>());
    components.schemas.extend(schemas_of::<shapes::CustomFieldOption>());
    components.schemas.extend(schemas_of::<shapes::Department>());
    components.schemas.extend(schemas_of::<shapes::Office>());
    components.schemas.extend(board_api::schemas());
    components.schemas.extend(own_schemas());
    document
}

fn path_item((path, summary, params, answer): &Endpoint, tag: &str) -> PathItem {
    let harvest = tag == "Harvest";
    let mut operation = OperationBuilder::new()
        .tag(tag)
        .summary(Some(*summary))
        .operation_id(Some(path.replace(['/', '{', '}'], "_")));
    for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let schema = match name {
            "token" | "field_type" => string(),
            _ => integer(),
        };
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(schema));
        operation = operation.parameter(parameter);
    }
    for (name, schema) in params.iter().flat_map(|param| types_of(*param)) {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .schema(Some(schema));
        operation = operation.parameter(parameter);
    }
    let one_of_many = path.contains('{');
    operation = operation.response("200", success(*answer, harvest));
    if harvest {
        operation = operation
            .security(SecurityRequirement::new("api_key", Vec::<String>::new()))
            .response("401", message("No API key, or none that works"))
            .response("403", message("The endpoint is not granted to this API key"))
            .response("422", problem("A parameter has a value it cannot have"))
            .response("429", rate_limited())
            .response("500", message("The fault is ours"));
        if one_of_many {
            operation = operation.response("404", message("There is no such thing"));
        }
    } else {
        operation = operation
            .response("304", ResponseBuilder::new().description("The client has it already"))
            .response("404", reference("Not there", "BoardError"))
            .response("500", reference("The fault is ours", "BoardError"));
    }
    if path.contains("/embed/") {
        let missing = reference("No such board, or nothing of this id on it", "EmbedError");
        operation = operation.response("400", missing);
    }
    PathItem::new(HttpMethod::Get, operation)
}

fn success(answer: Answer, harvest: bool) -> Response {
    let schema = match answer {
        One(name) => RefOr::Ref(Ref::from_schema_name(name)),
        List(name) => ArrayBuilder::new().items(Ref::from_schema_name(name)).into(),
    };
    let header = |description: &str| {
        HeaderBuilder::new().schema(Some(string())).description(Some(description)).build()
    };
    let mut response = ResponseBuilder::new()
        .description("As asked for")
        .content(JSON, Content::new(Some(schema)));
    if harvest && matches!(answer, List(_)) {
        response =
            response.header("Link", header("Leads to the other pages of a list that has pages"));
    }
    if !harvest {
        response = response.header("ETag", header("Names these very bytes"));
    }
    response.build()
}

fn message(description: &str) -> Response {
    reference(description, "Message")
}

fn problem(description: &str) -> Response {
    reference(description, "ValidationError")
}

fn rate_limited() -> Response {
    let seconds = HeaderBuilder::new().schema(Some(integer())).description(Some("Seconds to wait"));
    let mut response = message("Too many calls with this API key");
    response.headers.insert("Retry-After".to_owned(), seconds.build().into());
    response
}

fn reference(description: &str, schema: &str) -> Response {
    let content = Content::new(Some(RefOr::Ref(Ref::from_schema_name(schema))));
    ResponseBuilder::new().description(description).content(JSON, content).build()
}

/// The parameters of this kind, each with the values that are accepted; an empty one counts as left out.
fn types_of(param: Param) -> Vec<(&'static str, RefOr<Schema>)> {
    let times = ["created_after", "created_before", "updated_after", "updated_before"];
    match param {
        Pages => vec![("page", anything()), ("per_page", anything())],
        SkipCount => vec![("skip_count", words(&["true", "false", "1", "0", ""]))],
        Times => times.map(|name| (name, or_empty(date_time()))).into(),
        Text(name) => vec![(name, text())],
        Integer(name) => vec![(name, or_empty(integer()))],
        Boolean(name) => vec![(name, words(&["true", "false", "1", "0", ""]))],
        Flag(name) | Loose(name) => vec![(name, anything())],
        OneOf(name, allowed) => vec![(name, words(&[allowed, &[""]].concat()))],
    }
}

fn string() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).into()
}

/// Any text but with the character U+0000, which PostgreSQL keeps in none.
fn text() -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    text.pattern(Some(r"^[^\u0000]*$")).into()
}

fn anything() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue).into()
}

fn integer() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Integer))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .into()
}

fn date_time() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .into()
}

fn words(words: &[&str]) -> RefOr<Schema> {
    let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(words)).into()
}

fn or_empty(schema: RefOr<Schema>) -> RefOr<Schema> {
    let mut either = AnyOf::new();
    either.items.push(schema);
    either.items.push(words(&[""]));
    Schema::AnyOf(either).into()
}

/// Objects that have no shape of their own in the program.
fn own_schemas() -> Vec<(String, RefOr<Schema>)> {
    let object = |properties: &[(&str, RefOr<Schema>)]| -> RefOr<Schema> {
        let mut object = ObjectBuilder::new();
        for (name, schema) in properties {
            object = object.property(*name, schema.clone()).required(*name);
        }
        object.into()
    };
    let named = |name: &str| RefOr::Ref(Ref::from_schema_name(name));
    let list = |name: &str| -> RefOr<Schema> { ArrayBuilder::new().items(named(name)).into() };
    let boolean = || -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(SchemaType::new(Type::Boolean)).into()
    };
    let either = |one: &str, other: RefOr<Schema>| -> RefOr<Schema> {
        let mut either = AnyOf::new();
        either.items = vec![named(one), other];
        Schema::AnyOf(either).into()
    };
    let tree = object(&[("id", integer()), ("name", string()), ("children", list("Tree"))]);
    let field = object(&[("message", string()), ("field", string())]);
    let member = [("user_id", integer()), ("active", boolean())];
    let responsible = [&member[..], &[("responsible", boolean())]].concat();
    [
        ("Message", object(&[("message", string())])),
        ("ValidationError", object(&[("message", string()), ("errors", list("FieldProblem"))])),
        ("FieldProblem", field),
        ("Tree", tree),
        ("DepartmentOrTree", either("Department", named("Tree"))),
        ("OfficeOrTree", either("Office", named("Tree"))),
        ("TeamMember", object(&member)),
        ("ResponsibleMember", object(&responsible)),
        (
            "HiringTeamIds",
            object(&[
                ("hiring_managers", list("TeamMember")),
                ("recruiters", list("ResponsibleMember")),
                ("coordinators", list("ResponsibleMember")),
                ("sourcers", list("TeamMember")),
            ]),
        ),
        ("EmbedError", object(&[("error", string())])),
        ("CustomLocation", object(&[("id", integer()), ("value", string())])),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::harvest::resources::HELD;
    use crate::keys::Route;

    #[test]
    fn every_endpoint_that_is_answered_is_documented_and_no_other() {
        let endpoints = crate::keys::Endpoints::new(&api::catalogue::Catalogue::new());
        let documented: BTreeSet<String> = HARVEST
            .iter()
            .map(|(path, ..)| {
                let path: Vec<&str> = path
                    .split('/')
                    .map(|part| if part.starts_with('{') { "1" } else { part })
                    .collect();
                match endpoints.find(&axum::http::Method::GET, &path.join("/")) {
                    Route::Found(matched) => matched.permission_id.clone(),
                    _ => panic!("{path:?} is not in the catalogue"),
                }
            })
            .collect();
        assert_eq!(documented, HELD.iter().map(|&id| id.to_owned()).collect());
    }

    #[test]
    fn every_schema_that_is_referred_to_is_there() {
        let text = document().to_json().expect("JSON");
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let there = json["components"]["schemas"].as_object().expect("schemas");
        for reference in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
            let name = reference.split('"').next().expect("a name");
            assert!(there.contains_key(name), "{name} is not there");
        }
    }
}
