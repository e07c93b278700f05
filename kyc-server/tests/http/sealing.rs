//! The program and its keys, as an operator meets them.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::{TempDir, tempdir};

/// A server that opens what it keeps and then finds its port taken, so that it ends by itself.
struct Operator {
    place: TempDir,
    taken: TcpListener,
}

impl Operator {
    fn new() -> Self {
        Self {
            place: tempdir().unwrap(),
            taken: TcpListener::bind("127.0.0.1:0").unwrap(),
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// What it says, and whether it came so far that the port was in its way.
    fn start(&self, store: &str, words: &[&str]) -> (bool, String) {
        let address = self.taken.local_addr().unwrap().to_string();
        let store = match store {
            "memory" => store.to_owned(),
            engine => format!("{engine}:{}", self.at("store").display()),
        };
        let output = Command::new(env!("CARGO_BIN_EXE_kyc-server"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("THE_KEY", "0a".repeat(32))
            .args(["--listen", &address, "--store", &store])
            .args(words)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success());
        assert!(!said.contains("panicked"), "{said}");
        (said.contains(&address), said)
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_first_start_makes_the_key_for_its_owner_alone_and_says_what_its_loss_means() {
    for engine in ["sled", "redb"] {
        let operator = Operator::new();
        let (opened, said) = operator.start(engine, &[]);
        assert!(opened, "{said}");
        assert!(said.contains("loses every session and image"), "{said}");
        let key = fs::read_to_string(operator.at("store.key")).unwrap();
        assert!(!said.contains(key.trim()), "{said}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let made = fs::metadata(operator.at("store.key")).unwrap();
            assert_eq!(made.permissions().mode() & 0o777, 0o600);
        }
        let (opened, said) = operator.start(engine, &[]);
        assert!(opened && !said.contains("loses"), "{said}");
        assert_eq!(fs::read_to_string(operator.at("store.key")).unwrap(), key);
    }
}

#[test]
fn a_lost_key_and_a_wrong_key_are_told_and_no_other_is_made() {
    let operator = Operator::new();
    operator.start("sled", &[]);
    let key = operator.at("store.key");
    let right = fs::read_to_string(&key).unwrap();

    fs::remove_file(&key).unwrap();
    let (opened, said) = operator.start("sled", &[]);
    assert!(!opened && said.contains("there is no key"), "{said}");
    assert!(!key.exists());

    let (opened, said) = operator.start("sled", &["--key-env", "THE_KEY"]);
    assert!(
        !opened && said.contains("was locked with the key"),
        "{said}"
    );

    fs::write(&key, &right[..40]).unwrap();
    let (opened, said) = operator.start("sled", &[]);
    assert!(!opened && said.contains("64 hexadecimal digits"), "{said}");
    assert!(!said.contains(&right[..40]), "{said}");

    fs::write(&key, right).unwrap();
    let (opened, said) = operator.start("sled", &[]);
    assert!(opened, "{said}");
}

#[test]
fn a_key_comes_from_the_environment_or_a_command_and_from_one_place_only() {
    let operator = Operator::new();
    let (opened, said) = operator.start("sled", &["--key-env", "THE_KEY"]);
    assert!(opened, "{said}");
    let command = ["--key-command", "echo $THE_KEY"];
    let (opened, said) = operator.start("sled", &command);
    assert!(opened, "{said}");
    assert!(!operator.at("store.key").exists());

    let (opened, said) = operator.start("sled", &["--key-command", "echo hush; exit 4"]);
    assert!(!opened && !said.contains("hush"), "{said}");
    let both = ["--key-env", "THE_KEY", "--key-command", "true"];
    let (opened, _) = operator.start("sled", &both);
    assert!(!opened);
}

#[test]
fn a_new_key_takes_over_when_the_older_one_is_there_too() {
    let operator = Operator::new();
    operator.start("sled", &[]);
    let (old, new) = (operator.at("store.key"), operator.at("new.key"));
    fs::write(&new, "0b".repeat(32)).unwrap();
    let (new, old) = (text(&new), text(&old));

    let (opened, said) = operator.start("sled", &["--key", &new]);
    assert!(!opened && said.contains("was locked"), "{said}");
    let (opened, said) = operator.start("sled", &["--key", &new, "--older-key", &old]);
    assert!(opened, "{said}");
}

#[test]
fn without_a_directory_no_key_is_made_and_unsealed_has_to_be_asked_for() {
    let operator = Operator::new();
    let (opened, said) = operator.start("memory", &[]);
    assert!(opened && !said.contains("nothing is sealed"), "{said}");
    let (opened, said) = operator.start("memory", &["--unsealed"]);
    assert!(opened && said.contains("nothing is sealed"), "{said}");
    let (opened, _) = operator.start("memory", &["--unsealed", "--key-env", "THE_KEY"]);
    assert!(!opened);
    assert_eq!(fs::read_dir(operator.place.path()).unwrap().count(), 0);
}
