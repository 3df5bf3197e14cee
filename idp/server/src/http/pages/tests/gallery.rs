//! The gallery: every page in every state and language as files, to be looked at.
//! `COUNTERSIGN_GALLERY=dir cargo test -p countersign-server gallery`.

use std::path::PathBuf;

use super::samples::{self, Words};
use crate::http::locale::Locale;

#[tokio::test]
async fn gallery_shows_every_page() {
    let spare = tempfile::tempdir().unwrap();
    let room = std::env::var_os("COUNTERSIGN_GALLERY").map_or_else(|| spare.path().to_owned(), PathBuf::from);
    std::fs::create_dir_all(room.join("assets")).unwrap();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/assets")).unwrap() {
        let file = entry.unwrap();
        std::fs::copy(file.path(), room.join("assets").join(file.file_name())).unwrap();
    }
    let mut words = Words::ordinary();
    words.text = "c••••@abc-securities.hk".into();
    for locale in Locale::ALL {
        for sample in samples::all(locale, &words) {
            let markup = samples::markup(sample.response).await.replace("\"/assets/", "\"assets/");
            std::fs::write(room.join(format!("{}.{}.html", sample.name, locale.tag())), markup).unwrap();
        }
    }
    let pages = std::fs::read_dir(&room).unwrap().count();
    assert!(pages > 100, "{pages} pages");
}
