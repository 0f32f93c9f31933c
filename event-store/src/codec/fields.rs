//! The names of the fields of a struct, as `serde` reads them: asked of the derived code, so none can be forgotten.

use serde::de::value::Error;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};

pub(super) type Fields = fn() -> &'static [&'static str];

/// Of the struct that a variant holds.
pub(super) const fn of<T: DeserializeOwned, E>(_variant: fn(T) -> E) -> Fields {
    || {
        let mut fields: &'static [&'static str] = &[];
        // It fails in any case, once it was told the names.
        _ = T::deserialize(Listener(&mut fields));
        fields
    }
}

/// Hears what a struct wants to read, and gives nothing.
struct Listener<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Listener<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("not a struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(Error::custom("its names are known"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}
