//! From a method and a path to the permission it takes.

use std::collections::BTreeMap;

use api::catalogue::Catalogue;
use api::permissions::Bit;
use axum::http::Method;

/// The catalogue, arranged for looking up.
#[derive(Debug)]
pub struct Endpoints {
    /// A router for each method, because a literal (`PUT /v1/candidates/merge`) must not hide a parameter
    /// of another method (`GET /v1/candidates/{id}`).
    by_method: BTreeMap<&'static str, matchit::Router<usize>>,
    endpoints: Vec<Endpoint>,
}

#[derive(Debug)]
struct Endpoint {
    permission_id: String,
    bit: Bit,
    on_behalf_of: bool,
}

/// An endpoint that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    pub permission_id: String,
    pub bit: Bit,
    /// A write, which must name the user it is made for.
    pub on_behalf_of: bool,
    /// The path's parameters, in order, as they stand in the path.
    pub params: Vec<String>,
}

/// What a method and a path lead to.
#[derive(Debug, PartialEq, Eq)]
pub enum Route {
    Found(Matched),
    /// The path exists, with these methods.
    UnknownMethod {
        allow: String,
    },
    UnknownPath,
}

/// Addresses that clients call though the vendor's documentation, and so the catalogue, does not have them:
/// the method, the address, and the endpoint it is another way to say, whose permission it takes.
const ALSO: &[(&str, &str, &str)] =
    &[("GET", "/v1/custom_fields", "/v1/custom_fields/{field_type}")];

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

impl Endpoints {
    pub fn new(catalogue: &Catalogue) -> Self {
        let mut by_method: BTreeMap<&'static str, matchit::Router<usize>> =
            METHODS.into_iter().map(|method| (method, matchit::Router::new())).collect();
        let mut endpoints = Vec::new();
        for permission in &catalogue.permissions {
            for endpoint in &permission.endpoints {
                let router = by_method
                    .get_mut(endpoint.method.as_str())
                    .expect("the catalogue has these five methods");
                let also = ALSO.iter().filter(|(method, _, documented)| {
                    (*method, *documented) == (endpoint.method.as_str(), endpoint.path.as_str())
                });
                for path in also.map(|(_, path, _)| *path).chain([endpoint.path.as_str()]) {
                    router
                        .insert(numbered(path), endpoints.len())
                        .expect("no two endpoints of a method have the same path");
                }
                endpoints.push(Endpoint {
                    permission_id: permission.permission_id.0.clone(),
                    bit: permission.bit,
                    on_behalf_of: endpoint.on_behalf_of,
                });
            }
        }
        Self { by_method, endpoints }
    }

    /// One trailing slash is accepted, because clients send it; `HEAD` counts as `GET`.
    pub fn find(&self, method: &Method, path: &str) -> Route {
        let path = path.strip_suffix('/').unwrap_or(path);
        let method = if method == Method::HEAD { "GET" } else { method.as_str() };
        if let Some(found) = self.by_method.get(method).and_then(|router| router.at(path).ok()) {
            let endpoint = &self.endpoints[*found.value];
            return Route::Found(Matched {
                permission_id: endpoint.permission_id.clone(),
                bit: endpoint.bit,
                on_behalf_of: endpoint.on_behalf_of,
                params: found.params.iter().map(|(_, value)| value.to_owned()).collect(),
            });
        }
        let others = METHODS.into_iter().filter(|other| self.by_method[other].at(path).is_ok());
        let mut allow: Vec<&str> = others.collect();
        if allow.is_empty() {
            return Route::UnknownPath;
        }
        if allow.contains(&"GET") {
            allow.insert(1, "HEAD");
        }
        Route::UnknownMethod { allow: allow.join(", ") }
    }
}

/// The path with its parameters named by position: the router wants one name for one place.
fn numbered(path: &str) -> String {
    let mut number = 0;
    let segments = path.split('/').map(|segment| {
        if segment.starts_with('{') {
            number += 1;
            format!("{{p{number}}}")
        } else {
            segment.to_owned()
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(method: &Method, path: &str) -> Route {
        Endpoints::new(&Catalogue::new()).find(method, path)
    }

    fn id(route: Route) -> String {
        match route {
            Route::Found(matched) => matched.permission_id,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_endpoint_of_the_catalogue_is_found_under_its_own_permission() {
        let catalogue = Catalogue::new();
        let endpoints = Endpoints::new(&catalogue);
        for permission in &catalogue.permissions {
            for endpoint in &permission.endpoints {
                let method = Method::from_bytes(endpoint.method.as_bytes()).unwrap();
                let path =
                    endpoint.path.split('/').map(|s| if s.starts_with('{') { "77" } else { s });
                let path = path.collect::<Vec<_>>().join("/");
                assert_eq!(id(endpoints.find(&method, &path)), permission.permission_id.0);
                assert_eq!(
                    id(endpoints.find(&method, &format!("{path}/"))),
                    permission.permission_id.0
                );
            }
        }
    }

    #[test]
    fn a_literal_wins_over_a_parameter_but_only_for_its_own_method() {
        assert_eq!(id(find(&Method::PUT, "/v1/candidates/merge")), "candidates:merge");
        assert_eq!(id(find(&Method::GET, "/v1/candidates/merge")), "candidates:read");
        assert_eq!(
            id(find(&Method::PATCH, "/v1/users/permission_level")),
            "users.permission_level:update"
        );
    }

    #[test]
    fn an_address_that_only_clients_know_takes_the_permission_of_the_documented_one() {
        for (method, path, documented) in ALSO {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(id(find(&method, path)), id(find(&method, documented)));
        }
        let Route::Found(found) = find(&Method::GET, "/v1/custom_fields/") else { panic!() };
        assert!(found.params.is_empty(), "all types");
        assert_eq!(id(find(&Method::POST, "/v1/custom_fields")), "custom_fields:create");
    }

    #[test]
    fn parameters_come_in_order() {
        let Route::Found(found) = find(&Method::GET, "/v1/jobs/12/openings/34") else { panic!() };
        assert_eq!(found.params, ["12", "34"]);
    }

    #[test]
    fn a_known_path_says_which_methods_it_has() {
        assert_eq!(
            find(&Method::DELETE, "/v1/jobs/1"),
            Route::UnknownMethod { allow: "GET, HEAD, PATCH".into() }
        );
        assert_eq!(
            find(&Method::OPTIONS, "/v1/prospects"),
            Route::UnknownMethod { allow: "POST".into() }
        );
    }

    #[test]
    fn nothing_else_is_a_path() {
        for path in
            ["/v1", "/v1/", "/v1/job", "/v1//jobs", "/v1/jobs//", "/v1/jobs/1/x", "/V1/jobs", ""]
        {
            assert_eq!(find(&Method::GET, path), Route::UnknownPath, "{path}");
        }
    }
}
