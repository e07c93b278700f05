//! What is made for its owner alone, and is on disk before anybody relies on it: directories, and secrets that are there
//! whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Keeps a secret in a new file that its owner alone may read. Whenever the process or the power ends, the file is there
/// whole or not at all, and once this has returned it is there.
///
/// # Errors
///
/// [`AlreadyExists`](io::ErrorKind::AlreadyExists) when there is such a file, which is left as it is; or what the system
/// answers.
pub fn keep_secret(file: &Path, text: &[u8]) -> io::Result<()> {
    let parent = parent_of(file);
    make_directory(parent)?;
    let unfinished = unfinished(file);
    // Of a process that was killed over it.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(&unfinished)?;
    opened.write_all(text)?;
    opened.sync_all()?;
    // Unlike renaming, this never takes the place of what another process has made meanwhile.
    let linked = fs::hard_link(&unfinished, file);
    fs::remove_file(&unfinished)?;
    linked?;
    sync(parent)
}

/// Makes a directory for its owner alone, and those above it that are missing. One that is there stays as it is. The names
/// of all of them are on disk when this returns.
pub(crate) fn make_directory(directory: &Path) -> io::Result<()> {
    let mut missing = vec![directory];
    while let [.., last] = missing[..]
        && !parent_of(last).try_exists()?
    {
        missing.push(parent_of(last));
    }
    for directory in missing.into_iter().rev() {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(directory) {
            Err(_) if directory.is_dir() => {}
            made => made?,
        }
        // Even if it was there: who has made it may not have come to this.
        sync(parent_of(directory))?;
    }
    Ok(())
}

/// Makes the names in a directory as durable as what they name.
pub(crate) fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) => Path::new("."),
        None => path,
    }
}

/// Another name for every process, so that two that start at once do not write into each other's.
fn unfinished(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}.unfinished", std::process::id()));
    name.into()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_secret_is_for_its_owner_alone_and_so_is_the_directory_that_is_made_for_it() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("a/b/key");
        keep_secret(&file, b"secret").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"secret");
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(&place.path().join("a/b")), 0o700);
        assert_eq!(mode(&place.path().join("a")), 0o700);
        let beside = fs::read_dir(place.path().join("a/b")).unwrap();
        assert_eq!(beside.count(), 1, "nothing else is left of it");
    }

    #[test]
    fn a_secret_that_is_there_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("key");
        keep_secret(&file, b"first").unwrap();
        let error = keep_secret(&file, b"second").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&file).unwrap(), b"first");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_process_has_begun_is_in_nobodys_way() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("key");
        fs::write(unfinished(&file), b"half").unwrap();
        keep_secret(&file, b"whole").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"whole");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_directory_that_is_there_stays_as_it_is() {
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        make_directory(place.path()).unwrap();
        make_directory(place.path()).unwrap();
        assert_eq!(mode(place.path()), 0o755);
        let file = place.path().join("file");
        fs::write(&file, b"").unwrap();
        assert!(make_directory(&file).is_err());
    }
}
