//! Reads the JSON of the service, and nothing more: objects, lists, strings, whole numbers.
//!
//! `serde_json` reads every type in every way there is, with words for everything that can be wrong: twice
//! the code for each type of the contract. Here an answer is either what the contract says, or unreadable.
//!
//! No browser in here: tested natively.

use serde::de::value::StringDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use self::parse::{Json, parse};

mod parse;

/// Not JSON, or not of the type that was asked for. Which part of it, nobody could act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

/// Reads a whole text as one value.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    T::deserialize(parse(text)?)
}

impl<'de> de::Deserializer<'de> for Json {
    type Error = Unreadable;

    /// A value whose type nobody says, or one that the contract does not have.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unreadable> {
        Err(Unreadable)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Self::Bool(value) = self else { return Err(Unreadable) };
        visitor.visit_bool(value)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Self::Number(value) = self else { return Err(Unreadable) };
        visitor.visit_u64(value)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Self::Text(value) = self else { return Err(Unreadable) };
        visitor.visit_string(value)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if let Self::Null = self { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Self::List(items) = self else { return Err(Unreadable) };
        visitor.visit_seq(Items(items.into_iter()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Self::Object(fields) = self else { return Err(Unreadable) };
        visitor.visit_map(Fields { fields: fields.into_iter(), value: None })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        let Self::Text(name) = self else { return Err(Unreadable) };
        visitor.visit_enum(Variant(name))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
        identifier
    }
}

struct Items(std::vec::IntoIter<Json>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }
}

struct Fields {
    fields: std::vec::IntoIter<(String, Json)>,
    value: Option<Json>,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        let Some((name, value)) = self.fields.next() else { return Ok(None) };
        self.value = Some(value);
        let name: StringDeserializer<Unreadable> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, Unreadable> {
        seed.deserialize(self.value.take().ok_or(Unreadable)?)
    }
}

/// One of the names of an enumeration, which carry nothing else.
struct Variant(String);

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unreadable;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), Unreadable> {
        let name: StringDeserializer<Unreadable> = self.0.into_deserializer();
        Ok((seed.deserialize(name)?, Self(String::new())))
    }
}

impl<'de> VariantAccess<'de> for Variant {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Unreadable> {
        Err(Unreadable)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Unreadable> {
        Err(Unreadable)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Unreadable> {
        Err(Unreadable)
    }
}

impl de::Error for Unreadable {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}

impl std::error::Error for Unreadable {}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not what the contract says")
    }
}

#[cfg(test)]
mod tests {
    use api::catalogue::Catalogue;
    use api::error::{ErrorCode, Problem};
    use api::session::SessionState;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_service_writes_is_read_as_it_was() {
        let catalogue = Catalogue::new();
        let text = serde_json::to_string(&catalogue).unwrap();
        assert_eq!(serde_json::to_string(&read::<Catalogue>(&text).unwrap()).unwrap(), text);

        let state = json!({
            "organization": "Zoë \"&\" Söhne \u{1f511}\n", "demo": true,
            "needs_first_site_admin": false, "unknown": [{"a": [1, null, {}]}],
            "session": {
                "user": {"user_id": "user_1", "name": "Ada", "email": "ada@example.com"},
                "level": "site_admin", "can_grant": [],
                "developer_permissions": ["manage_all_api_credentials"],
            },
        });
        let expected: SessionState = serde_json::from_value(state.clone()).unwrap();
        for text in [state.to_string(), serde_json::to_string_pretty(&state).unwrap()] {
            assert_eq!(read::<SessionState>(&text), Ok(expected.clone()), "{text}");
        }
    }

    #[test]
    fn strings_are_read_with_their_escapes() {
        let read = |text| read::<String>(text);
        assert_eq!(
            read(r#" "a\"\\\/\b\f\n\r\té\u00e9\uD83D\udd11" "#).as_deref(),
            Ok("a\"\\/\u{8}\u{c}\n\r\téé\u{1f511}")
        );
        for bad in
            [r#""a"#, r#""\x""#, r#""\u12""#, r#""\ud800""#, r#""\ud800\u0041""#, r#""\u+123""#, ""]
        {
            assert_eq!(read(bad), Err(Unreadable), "{bad}");
        }
    }

    #[test]
    fn what_is_no_answer_of_the_contract_is_unreadable() {
        for bad in
            ["<html>", "{}", "[", "{\"status\":404.5}", "nul", "null", "1 2", &"[".repeat(99)]
        {
            assert_eq!(read::<Problem>(bad), Err(Unreadable), "{bad}");
        }
        assert_eq!(read::<Vec<u8>>("[1,255]"), Ok(vec![1, 255]));
        assert_eq!(read::<Vec<u8>>("[256]"), Err(Unreadable));
        assert_eq!(read::<Vec<u64>>("[18446744073709551616]"), Err(Unreadable));
        assert_eq!(read::<Option<bool>>("null"), Ok(None));
        assert_eq!(read::<ErrorCode>("\"not_found\""), Ok(ErrorCode::NotFound));
        assert_eq!(read::<ErrorCode>("\"no_such\""), Err(Unreadable));
    }
}
