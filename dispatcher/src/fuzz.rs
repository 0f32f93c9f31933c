//! What fuzz targets reach of this crate: parsers of what strangers send. Compiled with the feature `fuzz` alone.

/// The body of an import, as far as it is read before anything is carried out.
pub fn import_lines(body: &[u8]) {
    crate::http::read_lines(body);
}
