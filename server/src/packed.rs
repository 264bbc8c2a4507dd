//! Bodies of answers in the encodings that clients take.

use std::io::Write as _;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::sync::OnceCell;

use crate::header_list::parts;
use crate::heavy;

/// Below this many bytes an answer fits into one packet as it is.
const WORTH_PACKING: usize = 1024;
/// Up to so many bytes are packed faster than a turn is had.
const QUICK: usize = 32 * 1024;

/// A body as it is and as gzip, made when somebody first takes it so, and once.
#[derive(Debug)]
pub struct Packed {
    plain: Bytes,
    gzip: OnceCell<Bytes>,
}

impl Packed {
    pub fn new(plain: Bytes) -> Self {
        Self { plain, gzip: OnceCell::new() }
    }

    pub fn plain(&self) -> &Bytes {
        &self.plain
    }

    /// About how many bytes it takes in the end: JSON is a fifth of itself as gzip, or less.
    pub fn weight(&self) -> usize {
        self.plain.len() + self.plain.len() / 4
    }

    /// Whether it is answered in one encoding or another.
    pub fn varies(&self) -> bool {
        self.plain.len() >= WORTH_PACKING
    }

    /// The body as gzip, for a client that takes it, where that is worth it and there is a turn for it.
    pub async fn gzip_for(&self, headers: &HeaderMap) -> Option<&Bytes> {
        if !self.varies() || quality(headers, "gzip") == 0 {
            return None;
        }
        let packed = self.gzip.get_or_try_init(|| async {
            if self.plain.len() <= QUICK {
                return anyhow::Ok(gzip(&self.plain));
            }
            let turn = heavy::turn().await?;
            let plain = self.plain.clone();
            // The turn belongs to the work, which goes on when whoever asked hangs up.
            heavy::off_the_workers(move || (gzip(&plain), turn).0).await
        });
        packed.await.ok()
    }
}

fn gzip(plain: &[u8]) -> Bytes {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let packed = gzip.write_all(plain).and_then(|()| gzip.finish());
    packed.expect("a Vec takes all").into()
}

/// The weight of an encoding in `Accept-Encoding`, in thousandths: 0 when it is not wanted.
pub(crate) fn quality(headers: &HeaderMap, encoding: &str) -> u16 {
    let mut any = 0;
    for item in
        parts(headers, &header::ACCEPT_ENCODING).filter_map(|item| str::from_utf8(item).ok())
    {
        let mut words = item.split(';').map(str::trim);
        let name = words.next().unwrap_or_default();
        let weight = words.filter_map(|part| part.split_once('='));
        let mut weight = weight.filter(|(key, _)| key.trim().eq_ignore_ascii_case("q"));
        let weight = weight.next().map_or(1000, |(_, weight)| thousandths(weight.trim()));
        // An old name, of gzip for one.
        let name = name.strip_prefix("x-").or_else(|| name.strip_prefix("X-")).unwrap_or(name);
        if name.eq_ignore_ascii_case(encoding) {
            return weight;
        }
        if name == "*" {
            any = weight;
        }
    }
    any
}

/// `0.25` as 250; what is not a weight counts as nothing.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{fraction:0<3}");
    match (whole, digits.get(..3).and_then(|digits| digits.parse::<u16>().ok())) {
        ("0", Some(fraction)) => fraction,
        ("1", Some(0)) => 1000,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use axum::http::HeaderValue;

    use super::*;

    fn taking(encodings: &'static str) -> HeaderMap {
        [(header::ACCEPT_ENCODING, HeaderValue::from_static(encodings))].into_iter().collect()
    }

    #[tokio::test]
    async fn whoever_takes_gzip_gets_the_same_body_in_fewer_bytes() {
        let body = Packed::new("0123456789".repeat(200).into());
        let long = Packed::new("0123456789".repeat(QUICK).into());
        assert!(long.gzip_for(&taking("gzip")).await.expect("packed").len() < QUICK);
        for encodings in ["gzip", "deflate, GZIP;q=0.5", "*", "br, *;q=0.1", "x-gzip; Q = 1.0"] {
            let packed = body.gzip_for(&taking(encodings)).await.expect(encodings);
            assert!(packed.len() < 100);
            let mut text = String::new();
            flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut text).expect("gzip");
            assert_eq!(text.as_bytes(), body.plain());
        }
        for encodings in ["", "br", "gzip;q=0", "gzip;q=0, *", "identity"] {
            assert_eq!(body.gzip_for(&taking(encodings)).await, None, "{encodings}");
        }
        assert_eq!(body.gzip_for(&HeaderMap::new()).await, None);
        let strange = HeaderValue::from_bytes(b"\xfcber, gzip").expect("a header");
        let strange = [(header::ACCEPT_ENCODING, strange)].into_iter().collect();
        assert!(
            body.gzip_for(&strange).await.is_some(),
            "what cannot be read takes nothing with it"
        );
    }

    #[tokio::test]
    async fn a_small_body_is_the_same_for_everybody() {
        let body = Packed::new("[]".into());
        assert!(!body.varies());
        assert_eq!(body.gzip_for(&taking("gzip")).await, None);
    }
}
