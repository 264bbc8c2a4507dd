//! The catalogue: every endpoint of the Harvest API that a credential can be allowed to call.
//!
//! The rows are data (`catalogue.tsv`) with a version. The service parses them once and serves them at
//! `/api/catalogue`; the page fetches them from there and does not link them in.

use serde::{Deserialize, Serialize};

use crate::partners::{Partner, partners};
use crate::permissions::{Bit, PermissionId, PermissionSet};

/// Counts up with every change of `catalogue.tsv`. Bits and permission ids are never changed or reused.
pub const VERSION: u32 = 1;

/// Everything the page needs to offer permissions and partners.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Catalogue {
    pub version: u32,
    /// In the order they are shown: group by group.
    pub permissions: Vec<Permission>,
    pub partners: Vec<Partner>,
}

/// The right to call one operation. Old and new versions (v1, v2) of one operation share a permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Permission {
    pub permission_id: PermissionId,
    pub bit: Bit,
    /// The heading it is shown under, such as `Job Posts`.
    pub group: String,
    /// As the console shows it, such as `GET: List Job Posts`.
    pub label: String,
    /// One endpoint, or two where a v1 and a v2 of the same operation exist.
    pub endpoints: Vec<Endpoint>,
}

impl Permission {
    /// The label as the console shows it: the method, and the words after it.
    pub fn method_and_name(&self) -> (&str, &str) {
        self.label.split_once(": ").unwrap_or(("", &self.label))
    }
}

/// A method and a path template of the Harvest API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Endpoint {
    /// `GET`, `POST`, `PATCH`, `PUT` or `DELETE`.
    pub method: String,
    /// Such as `/v1/jobs/{id}/openings`.
    pub path: String,
    /// A write, which must name the user it is made for in `On-Behalf-Of`.
    pub on_behalf_of: bool,
    /// What an integrator should know of this endpoint, mostly that it is the older of two.
    pub note: Option<String>,
}

impl Catalogue {
    /// Parses the rows shipped with this crate.
    pub fn new() -> Self {
        Self { version: VERSION, permissions: permissions(), partners: partners() }
    }

    pub fn permission(&self, id: &PermissionId) -> Option<&Permission> {
        self.permissions.iter().find(|permission| permission.permission_id == *id)
    }

    /// The permission with this place in a set.
    pub fn with_bit(&self, bit: Bit) -> Option<&Permission> {
        self.permissions.iter().find(|permission| permission.bit == bit)
    }

    /// The set of these permissions, or the position of the first one that is not in the catalogue.
    pub fn set_of(&self, ids: &[PermissionId]) -> Result<PermissionSet, usize> {
        ids.iter()
            .enumerate()
            .map(|(position, id)| self.permission(id).map(|found| found.bit).ok_or(position))
            .collect()
    }

    /// The ids of a set, in the order of the catalogue.
    pub fn ids_of(&self, set: &PermissionSet) -> Vec<PermissionId> {
        self.permissions
            .iter()
            .filter(|permission| set.contains(permission.bit))
            .map(|permission| permission.permission_id.clone())
            .collect()
    }

    pub fn partner(&self, id: &str) -> Option<&Partner> {
        self.partners.iter().find(|partner| partner.partner_id.0 == id)
    }
}

impl Default for Catalogue {
    fn default() -> Self {
        Self::new()
    }
}

fn permissions() -> Vec<Permission> {
    let mut permissions: Vec<Permission> = Vec::new();
    for row in include_str!("../catalogue.tsv").lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let [group, method, path, label, permission_id, bit, on_behalf_of, note] = columns[..]
        else {
            unreachable!("catalogue.tsv has eight columns: {row}");
        };
        let endpoint = Endpoint {
            method: method.to_owned(),
            path: path.to_owned(),
            on_behalf_of: on_behalf_of == "yes",
            note: (!note.is_empty()).then(|| note.to_owned()),
        };
        let known = permissions.iter_mut().find(|known| known.permission_id.0 == permission_id);
        if let Some(known) = known {
            known.endpoints.push(endpoint);
            continue;
        }
        permissions.push(Permission {
            permission_id: PermissionId(permission_id.to_owned()),
            bit: bit.parse().expect("catalogue.tsv: a bit is a number"),
            group: group.to_owned(),
            label: label.to_owned(),
            endpoints: vec![endpoint],
        });
    }
    permissions
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_143_endpoints_and_136_permissions() {
        let catalogue = Catalogue::new();
        let endpoints: usize = catalogue.permissions.iter().map(|one| one.endpoints.len()).sum();
        assert_eq!((endpoints, catalogue.permissions.len()), (143, 136));
    }

    #[test]
    fn every_endpoint_id_and_bit_stands_once() {
        let catalogue = Catalogue::new();
        let mut endpoints = HashSet::new();
        let mut ids = HashSet::new();
        let mut bits = HashSet::new();
        for permission in &catalogue.permissions {
            assert!(ids.insert(&permission.permission_id), "{permission:?}");
            assert!(bits.insert(permission.bit), "{permission:?}");
            for endpoint in &permission.endpoints {
                assert!(endpoints.insert((&endpoint.method, &endpoint.path)), "{endpoint:?}");
                assert!(permission.label.starts_with(&endpoint.method), "{permission:?}");
            }
        }
    }

    #[test]
    fn a_permission_keeps_its_bit_for_ever() {
        // The stored sets depend on it: a line may be added here, none may change.
        let bits: String = {
            let mut permissions = Catalogue::new().permissions;
            permissions.sort_by_key(|permission| permission.bit);
            permissions
                .iter()
                .map(|permission| format!("{} {}\n", permission.bit, permission.permission_id.0))
                .collect()
        };
        assert_eq!(bits, include_str!("../bits.txt"));
    }

    #[test]
    fn a_preset_names_only_permissions_of_the_catalogue() {
        let catalogue = Catalogue::new();
        for partner in &catalogue.partners {
            let set = catalogue.set_of(&partner.preset).expect(&partner.name);
            assert_eq!(set.len(), partner.preset.len(), "{} repeats itself", partner.name);
        }
    }

    #[test]
    fn jobtarget_asks_for_exactly_six_reads() {
        let catalogue = Catalogue::new();
        let jobtarget = catalogue.partner("jobtarget").unwrap();
        let labels: Vec<&str> = catalogue
            .permissions
            .iter()
            .filter(|permission| jobtarget.preset.contains(&permission.permission_id))
            .map(|permission| permission.label.as_str())
            .collect();
        assert_eq!(
            labels,
            [
                "GET: List Openings For a Job",
                "GET: List Job Posts",
                "GET: List Job Posts for Job",
                "GET: Retrieve Job Post for Job",
                "GET: List Jobs",
                "GET: Retrieve Job",
            ]
        );
    }

    #[test]
    fn partners_are_offered_by_name_with_the_open_ones_last() {
        let names: Vec<String> =
            partners().into_iter().map(|partner| partner.name.to_lowercase()).collect();
        let (open, listed) = (&names[names.len() - 2..], &names[..names.len() - 2]);
        assert_eq!(open, ["unlisted vendor", "custom integration"]);
        assert!(listed.is_sorted(), "{listed:?}");
    }
}
