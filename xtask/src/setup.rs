//! What a machine with only rustup's toolchain, Node and apt lacks, and how it gets it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};

use crate::shell::{ask, command, run, say, timed, which};
use crate::workspace::{cache, has, root};

/// What browsers run.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
const NODE: u32 = 20;

/// Two callers at once: the second waits, and finds everything there.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// All of it: what the first run of another command would otherwise do on its way.
pub(crate) fn everything() -> Result<()> {
    wasm_target()?;
    npm_packages()?;
    postgres()?;
    strace()?;
    valgrind()?;
    let chromium = chromium()?;
    say(&format!(
        "everything is there; Chromium is {}",
        chromium.display()
    ));
    Ok(())
}

/// The target that browsers run.
pub(crate) fn wasm_target() -> Result<()> {
    let _alone = alone();
    let sysroot = ask(&mut command("rustc --print sysroot"))?;
    if PathBuf::from(sysroot)
        .join("lib/rustlib")
        .join(WASM)
        .is_dir()
    {
        return Ok(());
    }
    timed("adding the wasm target", || {
        let mut add = command("rustup target add");
        run(add.arg(WASM))
    })
    .context("the wasm target is missing and rustup could not add it")
}

/// The npm packages of the lock file, installed again only when the lock file has changed.
pub(crate) fn npm_packages() -> Result<()> {
    let _alone = alone();
    node()?;
    let lock = fs::read(root().join("package-lock.json")).context("package-lock.json")?;
    let stamp = cache().join("package-lock.installed.json");
    if has("node_modules") && fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    timed("installing npm packages", || {
        run(&mut command("npm ci --no-audit --no-fund"))
    })?;
    fs::create_dir_all(cache())?;
    fs::write(stamp, lock)?;
    Ok(())
}

/// A Chromium to test with: `$CHROMIUM`, the system's own, or the distribution's package.
pub(crate) fn chromium() -> Result<PathBuf> {
    let _alone = alone();
    if let Some(named) = std::env::var_os("CHROMIUM") {
        let path = PathBuf::from(named);
        if !path.is_file() {
            bail!(
                "CHROMIUM names {}, where there is no program",
                path.display()
            );
        }
        return Ok(path);
    }
    if let Some(found) = installed_chromium() {
        return Ok(found);
    }
    timed("installing Chromium with apt", || {
        apt("chromium fonts-dejavu-core")
    })
    .context("install Chromium by hand, or name one in CHROMIUM")?;
    installed_chromium().context("apt installed no chromium; name one in CHROMIUM")
}

fn alone() -> MutexGuard<'static, ()> {
    // Whoever panicked meanwhile has left nothing half done that the next one would not notice.
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A PostgreSQL for tests to start, or the database that `$DATABASE_URL` names.
pub(crate) fn postgres() -> Result<()> {
    let is_named = std::env::var_os("DATABASE_URL").is_some_and(|url| !url.is_empty());
    if is_named || has_postgres() {
        return Ok(());
    }
    timed("installing PostgreSQL with apt", || apt("postgresql"))
        .context("install PostgreSQL by hand, or name a database in DATABASE_URL")?;
    if !has_postgres() {
        bail!("apt installed no PostgreSQL; name a database in DATABASE_URL");
    }
    Ok(())
}

/// What a cluster of databases is made of.
pub(crate) fn cluster() -> Result<()> {
    let has = |program: &str| Path::new("/usr/bin").join(program).is_file();
    if has("patroni") && has("etcd") && which("ip").is_some() {
        return Ok(());
    }
    let packages = "postgresql patroni etcd-server python3-etcd iproute2";
    timed("installing Patroni and etcd with apt", || apt(packages)).with_context(|| {
        format!("`apt-get install --no-install-recommends {packages}` installs them")
    })
}

fn has_postgres() -> bool {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut programs = versions
        .flatten()
        .map(|version| version.path().join("bin/initdb"));
    programs.any(|program| program.is_file()) || which("initdb").is_some()
}

/// What shows which calls a process makes: that nothing is answered before it is synced cannot be seen otherwise.
pub(crate) fn strace() -> Result<()> {
    let _alone = alone();
    if which("strace").is_some() {
        return Ok(());
    }
    timed("installing strace with apt", || apt("strace")).context("install strace by hand")?;
    which("strace").map(drop).context("apt installed no strace")
}

/// What counts instructions.
pub(crate) fn valgrind() -> Result<()> {
    let _alone = alone();
    if which("valgrind").is_some() {
        return Ok(());
    }
    timed("installing valgrind with apt", || apt("valgrind libc6-dbg"))
        .context("install valgrind by hand")?;
    which("valgrind")
        .map(drop)
        .context("apt installed no valgrind")
}

fn apt(packages: &str) -> Result<()> {
    let sudo = if ask(&mut command("id -u"))? == "0" {
        ""
    } else {
        "sudo "
    };
    // An old package list may name a version that is gone; a failed update may still leave a good one.
    if let Err(error) = run(&mut command(&format!("{sudo}apt-get update -q"))) {
        say(&format!("apt-get update failed, going on: {error}"));
    }
    run(command(&format!(
        "{sudo}apt-get install -y -q --no-install-recommends {packages}"
    ))
    .env("DEBIAN_FRONTEND", "noninteractive"))
}

fn installed_chromium() -> Option<PathBuf> {
    [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ]
    .into_iter()
    .find_map(which)
}

fn node() -> Result<()> {
    let version = ask(&mut command("node --version"))
        .with_context(|| format!("Node {NODE} or newer is needed"))?;
    let major = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    if major.is_none_or(|major: u32| major < NODE) {
        bail!("Node {NODE} or newer is needed, found {version}");
    }
    Ok(())
}
