//! The last step of trunk's build (`Trunk.toml`): takes the module that cargo linked apart, a file for each
//! group of screens, and puts the files in the place of trunk's own. What trunk made of the module has lost
//! the relocations that this needs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result, ensure};

use super::{digest, finish, read, read_folder};
use crate::project::Project;
use crate::tools::{self, PageTools};
use crate::{command, say};

/// The page's package: the stem of its files.
const NAME: &str = "console";

/// What makes a part small. No object lies below address 1024, the stack ends there long before.
const OPTIMISE: [&str; 11] = [
    "-Oz",
    "--low-memory-unused",
    "--strip-debug",
    "--strip-producers",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Splits the page; trunk says where, by its environment.
pub(crate) fn split(project: &Project) -> Result<()> {
    let staging = std::env::var_os("TRUNK_STAGING_DIR")
        .map(PathBuf::from)
        .context("this is a step of `trunk build`, which says where its files are")?;
    let release = std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    let profile = if release { "page" } else { "debug" };
    let linked = project.target.join("wasm32-unknown-unknown").join(profile);
    let linked = linked.join(NAME).with_extension("wasm");
    let work = project.target.join("split");
    if work.exists() {
        std::fs::remove_dir_all(&work)?;
    }
    std::fs::create_dir_all(&work)?;

    let tools = tools::page(project)?;
    let parts = take_apart(project, &tools, &linked, &work)?;
    if release {
        say::step("the page's parts", "optimised", || optimise(&tools, &parts, &work))?;
    }
    let file = work.join("__wasm_split.js");
    let loader = std::fs::read_to_string(&file)?;
    let loads = loads(&loader);
    std::fs::write(file, in_order(&loader))?;
    let script = bundle(project, &tools, &work)?;
    put_in_place(&staging, &work, &parts, &loads, script)
}

/// What starts the loader of a group of screens.
const LOADS: &str = "export const __wasm_split_load_";

/// The loader with its exports in the order of their names: it has another one every time.
fn in_order(loader: &str) -> String {
    let mut pieces: Vec<&str> = loader.split(LOADS).collect();
    pieces[1..].sort_unstable();
    pieces.join(LOADS)
}

/// Which parts each group of screens needs, itself first, as the loader says it.
fn loads(loader: &str) -> BTreeMap<String, Vec<String>> {
    let load = |piece: &str| {
        let (name, rest) = piece.split_once(' ')?;
        let own = rest.split('"').nth(1)?.trim_start_matches("./").to_owned();
        let (_, shared) = rest.rsplit_once('[')?;
        let (shared, _) = shared.split_once(']')?;
        let shared = shared.split(", ").filter(|chunk| !chunk.is_empty());
        let shared = shared.map(|chunk| format!("{}.wasm", chunk.trim_start_matches('_')));
        Some((name.to_owned(), std::iter::once(own).chain(shared).collect()))
    };
    loader.split(LOADS).skip(1).filter_map(load).collect()
}

/// Makes the parts and the script that loads them; answers the parts' names without that of the main one.
fn take_apart(
    project: &Project,
    tools: &PageTools,
    linked: &Path,
    work: &Path,
) -> Result<Vec<String>> {
    let log = project.cache.join("logs/wasm-split.log");
    let mut wasm_split = project.command(&tools.wasm_split);
    wasm_split.arg(linked).arg(work).args(["--out-name", NAME]);
    command::run_quietly(&mut wasm_split, &log).context("the page cannot be split")?;
    let mut wasm_bindgen = project.command(&tools.wasm_bindgen);
    wasm_bindgen.args(["--target=web", "--keep-lld-exports", "--no-demangle", "--no-typescript"]);
    wasm_bindgen.arg("--out-dir").arg(work).arg(work.join(NAME).with_extension("wasm"));
    command::run_quietly(&mut wasm_bindgen, &project.cache.join("logs/wasm-bindgen.log"))?;
    let files = read_folder(work)?.into_keys();
    let is_part = |name: &String| finish::extension(name) == "wasm" && !is_main(name);
    Ok(files.filter(is_part).collect())
}

/// Whether this is the part that every screen needs, before or after wasm-bindgen.
fn is_main(name: &str) -> bool {
    name.strip_prefix(NAME).is_some_and(|end| [".wasm", "_bg.wasm"].contains(&end))
}

/// Makes every part small, two at a time.
fn optimise(tools: &PageTools, parts: &[String], work: &Path) -> Result<()> {
    let main = format!("{NAME}_bg.wasm");
    let waiting: Vec<PathBuf> = parts.iter().chain([&main]).map(|name| work.join(name)).collect();
    let waiting = Mutex::new(waiting);
    let worker = || -> Result<()> {
        loop {
            let next = waiting.lock().expect("nobody panics while holding it").pop();
            let Some(part) = next else { return Ok(()) };
            let mut wasm_opt = Command::new(&tools.wasm_opt);
            let log = part.with_extension("log");
            command::run_quietly(wasm_opt.args(OPTIMISE).arg(&part).arg("-o").arg(&part), &log)?;
        }
    };
    std::thread::scope(|scope| {
        let workers = [scope.spawn(worker), scope.spawn(worker)];
        workers.into_iter().try_for_each(|worker| worker.join().expect("it does not panic"))
    })
}

/// One script of wasm-bindgen's glue and the loader of the parts.
fn bundle(project: &Project, tools: &PageTools, work: &Path) -> Result<String> {
    let bundled = work.join("bundled.js");
    let mut esbuild = project.command(&tools.esbuild);
    esbuild.arg(work.join(NAME).with_extension("js"));
    esbuild.args(["--bundle", "--format=esm", "--target=es2022", "--log-level=warning"]);
    // wasm-bindgen names the loader once for each of its functions.
    esbuild.args(["--legal-comments=none", "--log-override:duplicate-object-key=silent"]);
    command::run(esbuild.arg(format!("--outfile={}", bundled.display())))?;
    Ok(String::from_utf8(read(&bundled)?)?)
}

/// Names the parts by their content, in the script too, and puts all of it in the place of trunk's files.
/// The page says which parts a group of screens needs, `data-parts="list=a.wasm b.wasm;…"`.
fn put_in_place(
    staging: &Path,
    work: &Path,
    parts: &[String],
    loads: &BTreeMap<String, Vec<String>>,
    mut script: String,
) -> Result<()> {
    let groups = loads.iter().map(|(name, parts)| format!("{name}={}", parts.join(" ")));
    let mut groups = groups.collect::<Vec<_>>().join(";");
    for part in parts {
        let data = read(&work.join(part))?;
        // A part that is empty has no loader.
        if script.contains(part.as_str()) {
            let name = format!("{}-{}.wasm", short(part), digest::for_name(&data));
            script = script.replace(part.as_str(), &name);
            groups = groups.replace(part.as_str(), &name);
            std::fs::write(staging.join(name), data)?;
        }
    }
    let index = staging.join("index.html");
    let page = std::fs::read_to_string(&index)?;
    ensure!(page.contains("data-parts=\"\""), "index.html has no place for the parts");
    std::fs::write(index, page.replace("data-parts=\"\"", &format!("data-parts=\"{groups}\"")))?;
    let replaced = |end: &str, data: &[u8]| -> Result<()> {
        let start = format!("{NAME}-");
        let files = read_folder(staging)?.into_keys();
        let mut own = files.filter(|name| name.starts_with(&start) && name.ends_with(end));
        let name = own.next().with_context(|| format!("trunk made no {start}…{end}"))?;
        ensure!(own.next().is_none(), "trunk made two files {start}…{end}");
        Ok(std::fs::write(staging.join(name), data)?)
    };
    replaced("_bg.wasm", &read(&work.join(format!("{NAME}_bg.wasm")))?)?;
    replaced(".js", script.as_bytes())
}

/// What a part is for: `split_list.wasm` as `list`; `chunk_5.wasm` is shared and stays.
fn short(part: &str) -> &str {
    part.trim_end_matches(".wasm").trim_start_matches("split_").trim_matches('_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOADER: &str = "const __chunk_5 = makeLoad(() => {
    const src = fetch(new URL(\"./chunk_5.wasm\", import.meta.url));
}
, []);
export const __wasm_split_load_rest = wrapAsyncCb(makeLoad(() => {
    const src = fetch(new URL(\"./split_rest.wasm\", import.meta.url));
}
, []));
export const __wasm_split_load_list = wrapAsyncCb(makeLoad(() => {
    const src = fetch(new URL(\"./split_list.wasm\", import.meta.url));
}
, [__chunk_5, __chunk_6]));
";

    #[test]
    fn the_loader_says_which_parts_a_screen_needs() {
        let loads = loads(LOADER);
        assert_eq!(loads["list"], ["split_list.wasm", "chunk_5.wasm", "chunk_6.wasm"]);
        assert_eq!(loads["rest"], ["split_rest.wasm"]);
        assert_eq!(loads.len(), 2);
    }

    #[test]
    fn the_loader_does_not_depend_on_the_order_it_was_written_in() {
        let ordered = in_order(LOADER);
        let (list, rest) = (ordered.find("load_list"), ordered.find("load_rest"));
        assert!(list.is_some() && list < rest, "{ordered}");
        assert!(ordered.starts_with("const __chunk_5"), "{ordered}");
        assert_eq!(in_order(&ordered), ordered);
    }
}
