//! From trunk's bundle to the files that are served: one style sheet, minified scripts, names that
//! carry the digest of the final content, integrity, and a brotli and a gzip twin of each file.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::{Files, digest};

/// Kinds of files that get smaller.
const COMPRESSIBLE: [&str; 7] = ["css", "html", "js", "json", "svg", "txt", "wasm"];

/// Finishes a bundle. Twins that `old` already holds for the same content are taken from there.
pub(super) fn finish(mut files: Files, esbuild: &Path, old: &Files) -> Result<Files> {
    let page = files.remove("index.html").context("trunk made no index.html")?;
    let mut page = without_comments(std::str::from_utf8(&page)?);
    page = join_styles(&page, &mut files, esbuild)?;
    minify_scripts(&mut files, esbuild)?;
    page = rename_by_content(&mut files, page)?;
    page = add_integrity(&page, &files)?;
    files.insert("index.html".to_owned(), page.into_bytes());
    let twins: Files =
        files.iter().flat_map(|(name, data)| twins(name, data, &files, old)).collect();
    files.extend(twins);
    Ok(files)
}

/// Whether a file is the compressed form of another.
pub(crate) fn is_twin(name: &str) -> bool {
    matches!(extension(name), "br" | "gz")
}

pub(super) fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// The page without its comments and indentation: they are for readers of the source.
fn without_comments(page: &str) -> String {
    let mut kept = String::new();
    let mut rest = page;
    while let Some((before, comment)) = rest.split_once("<!--") {
        kept.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    let lines: Vec<&str> = kept.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n") + "\n"
}

/// Replaces the style sheets by one, in their order: a visitor waits for one answer instead of five.
fn join_styles(page: &str, files: &mut Files, esbuild: &Path) -> Result<String> {
    let mut styles = Vec::new();
    let mut lines = Vec::new();
    for line in page.lines() {
        if !line.starts_with("<link rel=\"stylesheet\"") {
            lines.push(line.to_owned());
            continue;
        }
        let href = attribute(line, "href").context("a style sheet has no address")?;
        let (base, name) = href.rsplit_once('/').unwrap_or(("", href));
        if styles.is_empty() {
            lines.push(format!("<link rel=\"stylesheet\" href=\"{base}/style-0.css\">"));
        }
        styles.extend(files.remove(name).with_context(|| format!("{name} was not bundled"))?);
        styles.push(b'\n');
    }
    files.insert("style-0.css".to_owned(), minify(&styles, esbuild, &["--loader=css"])?);
    Ok(lines.join("\n") + "\n")
}

fn minify_scripts(files: &mut Files, esbuild: &Path) -> Result<()> {
    for (name, data) in files.iter_mut().filter(|(name, _)| extension(name) == "js") {
        // The glue and its snippets are modules; the boot script is not.
        let form: &[&str] = if name == "boot.js" { &[] } else { &SHAKEN };
        let arguments = [&["--loader=js", "--target=es2022"], form].concat();
        *data = minify(&without_exported_classes(data), esbuild, &arguments)
            .with_context(|| format!("cannot minify {name}"))?;
    }
    Ok(())
}

/// Leaves out of a module what nothing in it uses: with these, a class whose instances could be disposed of
/// or finalised is not kept for that alone.
const SHAKEN: [&str; 4] = [
    "--format=esm",
    "--tree-shaking=true",
    "--define:Symbol.dispose=undefined",
    "--pure:FinalizationRegistry",
];

/// The glue exports classes of `wasm-streams`, which comes with Leptos; the page makes none of them.
fn without_exported_classes(data: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(data).replace("export class Into", "class Into").into_bytes()
}

fn minify(data: &[u8], esbuild: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let mut child = Command::new(esbuild)
        .args(["--minify", "--log-level=warning", "--legal-comments=none"])
        .arg("--log-override:duplicate-object-key=silent")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start esbuild")?;
    let mut input = child.stdin.take().context("esbuild has no input")?;
    // It reads all of its input before it writes: no deadlock.
    input.write_all(data)?;
    drop(input);
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "esbuild failed ({})", output.status);
    Ok(output.stdout)
}

/// Gives every file with a digest in its name the digest of its final content: trunk's is of what it
/// read, and a changed tool would change the content under an address that is cached for ever.
fn rename_by_content(files: &mut Files, mut page: String) -> Result<String> {
    let hashed: Vec<String> = files.keys().filter(|name| parts(name).is_some()).cloned().collect();
    for name in hashed {
        let Some((stem, end)) = parts(&name) else { continue };
        let data = files.remove(&name).context("a file vanished while it was renamed")?;
        let renamed = format!("{stem}-{}{end}", digest::for_name(&data));
        // The parts have these names already, and are mentioned in the script.
        ensure!(page.contains(&name) || renamed == name, "index.html does not mention {name}");
        page = page.replace(&name, &renamed);
        files.insert(renamed, data);
    }
    Ok(page)
}

/// Adds `integrity` to the links of styles and modules; browsers ignore it on others, with a warning.
fn add_integrity(page: &str, files: &Files) -> Result<String> {
    let mut lines = Vec::new();
    for line in page.lines() {
        let checked = ["<link rel=\"stylesheet\"", "<link rel=\"modulepreload\""];
        if !checked.iter().any(|start| line.starts_with(start)) {
            lines.push(line.to_owned());
            continue;
        }
        let name = attribute(line, "href").and_then(|href| href.rsplit('/').next());
        let data = name.and_then(|name| files.get(name)).context("a link leads to no file")?;
        let integrity = format!(" integrity=\"{}\">", digest::integrity(data));
        lines.push(line.trim_end_matches('>').to_owned() + &integrity);
    }
    Ok(lines.join("\n") + "\n")
}

/// `console-c9d9a39f051cac9d_bg.wasm` as `console` and `_bg.wasm`: files of the top folder only.
fn parts(name: &str) -> Option<(&str, &str)> {
    let (stem, end) = name.rsplit_once('-').filter(|_| !name.contains('/'))?;
    let at = end.find(['_', '.'])?;
    let is_digest = at > 0 && end[..at].bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then_some((stem, &end[at..]))
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()
}

/// The brotli and gzip forms of a file, where they are smaller than it.
fn twins(name: &str, data: &[u8], files: &Files, old: &Files) -> Vec<(String, Vec<u8>)> {
    if !COMPRESSIBLE.contains(&extension(name)) {
        return Vec::new();
    }
    let same = old.get(name).map(Vec::as_slice) == files.get(name).map(Vec::as_slice);
    let twin = |suffix: &str, compress: fn(&[u8]) -> Vec<u8>| {
        let twin = format!("{name}.{suffix}");
        let held = if same { old.get(&twin).cloned() } else { None };
        (twin, held.unwrap_or_else(|| compress(data)))
    };
    let all = [twin("br", brotli), twin("gz", gzip)];
    all.into_iter().filter(|(_, small)| small.len() < data.len()).collect()
}

/// Brotli at its best, once per build.
pub(crate) fn brotli(data: &[u8]) -> Vec<u8> {
    let mut small = Vec::new();
    let settings = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: data.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &data[..], &mut small, &settings)
        .expect("reading from and writing to memory does not fail");
    small
}

/// Gzip at its best.
pub(crate) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder
        .write_all(data)
        .and_then(|()| encoder.finish())
        .expect("writing to memory does not fail")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_are_for_the_source() {
        let page = "<html>\n  <!-- a\n  b -->\n  <p>x <!-- c -->y</p>\n\n</html>\n";
        assert_eq!(without_comments(page), "<html>\n<p>x y</p>\n</html>\n");
    }

    #[test]
    fn only_a_name_with_a_digest_is_renamed() {
        assert_eq!(parts("console-c9d9a39f051cac9d_bg.wasm"), Some(("console", "_bg.wasm")));
        assert_eq!(parts("style-0.css"), Some(("style", ".css")));
        assert_eq!(parts("boot.js"), None);
        assert_eq!(parts("robot-arm.svg"), None);
        assert_eq!(parts("snippets/a-0123456789abcdef/inline0.js"), None);
    }

    #[test]
    fn names_and_integrity_follow_the_final_content() {
        let page = "<link rel=\"modulepreload\" href=\"/a-1.js\" crossorigin>\n\
                    <script src=\"/boot.js\" data-js=\"/a-1.js\"></script>\n";
        let mut files = Files::from([("a-1.js".to_owned(), b"let a".to_vec())]);
        let page = rename_by_content(&mut files, page.to_owned()).unwrap();
        let name = format!("a-{}.js", digest::for_name(b"let a"));
        assert_eq!(files.keys().collect::<Vec<_>>(), [&name]);
        let page = add_integrity(&page, &files).unwrap();
        let integrity = digest::integrity(b"let a");
        assert_eq!(
            page,
            format!(
                "<link rel=\"modulepreload\" href=\"/{name}\" crossorigin integrity=\"{integrity}\">\n\
                 <script src=\"/boot.js\" data-js=\"/{name}\"></script>\n"
            )
        );
    }
}
