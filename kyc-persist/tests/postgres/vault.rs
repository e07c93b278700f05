//! Wrapped keys are replaced only by who has seen them.

use std::sync::Arc;

use kyc_persist::{MemoryVault, PostgresStore, Vault};

use crate::run;
use crate::server::Place;

#[test]
fn a_vault_in_postgres_answers_as_one_in_memory() {
    let place = Place::new();
    run(async {
        let (store, model) = (
            PostgresStore::open(place.url()).await.unwrap(),
            MemoryVault::new(),
        );
        let vaults: [&dyn Vault; 2] = [&store, &model];
        let same = async |name: &str, expected: Option<&[u8]>, value: &[u8]| {
            let mut answers = Vec::new();
            for vault in vaults {
                answers.push(vault.keep(name, expected, value.to_vec()).await.unwrap());
            }
            assert_eq!(answers[0], answers[1], "{name} {expected:?}");
            answers[0]
        };
        assert!(same("a", None, b"1").await);
        assert!(!same("a", None, b"2").await);
        assert!(!same("a", Some(b"0"), b"2").await);
        assert!(same("a", Some(b"1"), b"2\0").await);
        assert!(!same("none", Some(b""), b"1").await);
        for name in ["key.s-1", "key.s-10", "key.s-2", "kez", "key", "é\0"] {
            assert!(same(name, None, name.as_bytes()).await);
        }
        let names = ["key", "nothing", "a", "a"].map(str::to_owned);
        assert_eq!(
            store.fetch(&names).await.unwrap(),
            model.fetch(&names).await.unwrap()
        );
        for prefix in ["", "key", "key.", "key.s-1", "é", "zz"] {
            for after in [
                None,
                Some("key"),
                Some("key.s-1"),
                Some("key.s-3"),
                Some("a"),
            ] {
                for limit in [0, 1, 2, 99] {
                    assert_eq!(
                        store.list(prefix, after, limit).await.unwrap(),
                        model.list(prefix, after, limit).await.unwrap(),
                        "{prefix} {after:?} {limit}"
                    );
                }
            }
        }
    });
}

#[test]
fn of_two_servers_that_wrap_a_key_anew_one_wins() {
    let place = Place::new();
    run(async {
        let mut replicas = Vec::new();
        for _ in 0..2 {
            replicas.push(Arc::new(PostgresStore::open(place.url()).await.unwrap()));
        }
        let mut last: Option<Vec<u8>> = None;
        for round in 0..30_u8 {
            let rivals: Vec<_> = (0..4_u8)
                .map(|rival| {
                    let (vault, last) =
                        (Arc::clone(&replicas[usize::from(rival) % 2]), last.clone());
                    let value = vec![round, rival];
                    tokio::spawn(async move {
                        let kept = vault.keep("key", last.as_deref(), value.clone()).await;
                        kept.unwrap().then_some(value)
                    })
                })
                .collect();
            let mut won = Vec::new();
            for rival in rivals {
                won.extend(rival.await.unwrap());
            }
            assert_eq!(won.len(), 1);
            last = won.pop();
        }
    });
}
