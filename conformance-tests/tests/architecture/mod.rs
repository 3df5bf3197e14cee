//! The arrows between rooms, held by what `cargo metadata` says of the workspace's manifests.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each room may and does depend on among the others, development dependencies aside.
const ARROWS: [(&str, &[&str]); 13] = [
    ("ccms-terminal", &["relying-party-client"]),
    ("conformance-tests", &[]),
    (
        "countersign",
        &[
            "ccms-terminal",
            "countersign-core",
            "countersign-migrations",
            "countersign-server",
            "countersign-service",
            "countersign-store",
            "dms",
            "mail-catcher",
            "relying-party-client",
            "settlement-agent",
        ],
    ),
    ("countersign-api", &[]),
    ("countersign-core", &[]),
    ("countersign-migrations", &[]),
    ("countersign-server", &["countersign-api", "countersign-core", "countersign-service"]),
    ("countersign-service", &["countersign-core", "countersign-store"]),
    // The schema only with the feature `testing`: fresh databases for tests.
    ("countersign-store", &["countersign-core", "countersign-migrations"]),
    ("dms", &["relying-party-client"]),
    ("mail-catcher", &[]),
    ("relying-party-client", &[]),
    ("settlement-agent", &["relying-party-client"]),
];

/// Every arrow stands in the table, and the table has none that is not there.
#[test]
fn arrows_between_rooms_are_exactly_the_drawn_ones() -> Result<()> {
    let rooms = rooms()?;
    let names: BTreeSet<_> = rooms.keys().cloned().collect();
    let found: BTreeMap<_, BTreeSet<_>> =
        rooms.into_iter().map(|(room, uses)| (room, uses.intersection(&names).cloned().collect())).collect();
    let drawn: BTreeMap<_, BTreeSet<_>> = ARROWS
        .into_iter()
        .map(|(room, uses)| (room.to_owned(), uses.iter().map(|&name| name.to_owned()).collect()))
        .collect();
    assert_eq!(found, drawn);
    Ok(())
}

/// The database library stays behind the repositories.
#[test]
fn only_store_and_migrations_name_sea_orm() -> Result<()> {
    let users = users_of(&["sea-orm", "sea-orm-migration", "sqlx"])?;
    assert_eq!(users, ["countersign-migrations", "countersign-store"]);
    Ok(())
}

/// The web framework stays at the edge.
#[test]
fn only_the_edges_name_axum() -> Result<()> {
    let users = users_of(&["axum", "axum-extra", "axum-server"])?;
    let edges = [
        "ccms-terminal",
        // The load tool measures an empty handler beside the product.
        "conformance-tests",
        "countersign-server",
        "dms",
        "mail-catcher",
        "relying-party-client",
        "settlement-agent",
    ];
    assert_eq!(users, edges);
    Ok(())
}

/// The rules do no input or output, and know no async runtime.
#[test]
fn core_names_no_runtime_and_no_io() -> Result<()> {
    let rooms = rooms()?;
    let core = &rooms["countersign-core"];
    for library in [
        "axum",
        "getrandom",
        "hyper",
        "lettre",
        "rand",
        "reqwest",
        "rustls",
        "sea-orm",
        "sqlx",
        "tokio",
        "tower",
    ] {
        assert!(!core.contains(library), "core names {library}");
    }
    Ok(())
}

/// Use cases know no HTTP server.
#[test]
fn service_names_no_http_server() -> Result<()> {
    let rooms = rooms()?;
    let service = &rooms["countersign-service"];
    for library in ["axum", "axum-server", "hyper", "tower-http", "askama"] {
        assert!(!service.contains(library), "service names {library}");
    }
    Ok(())
}

/// The black-box tests know the product by its doors alone.
#[test]
fn conformance_tests_know_nothing_of_the_inside() -> Result<()> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let members: BTreeSet<_> = metadata.packages.iter().map(|p| p.name.to_string()).collect();
    let this = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == "conformance-tests")
        .expect("this package");
    for dependency in &this.dependencies {
        assert!(!members.contains(&dependency.name), "{}", dependency.name);
    }
    Ok(())
}

/// Every room by name, with all it depends on to build (development dependencies aside).
fn rooms() -> Result<BTreeMap<String, BTreeSet<String>>> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let rooms = metadata.packages.iter().map(|package| {
        let uses = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
            .map(|dependency| dependency.name.clone())
            .collect();
        (package.name.to_string(), uses)
    });
    Ok(rooms.collect())
}

fn users_of(libraries: &[&str]) -> Result<Vec<String>> {
    let rooms = rooms()?;
    let uses = |used: &BTreeSet<String>| libraries.iter().any(|&library| used.contains(library));
    Ok(rooms.into_iter().filter(|(_, used)| uses(used)).map(|(room, _)| room).collect())
}
