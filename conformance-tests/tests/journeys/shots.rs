//! The pictures of the documentation, taken by the journeys that pass through the pages.
//!
//! Only written when `COUNTERSIGN_SCREENSHOTS=1`, so that an ordinary run leaves the tree as it was. With `pngquant`
//! (Debian) on the path they are a fifth of the size.

use std::path::PathBuf;
use std::process::Command;

use super::chrome::Chrome;

/// Keep what is on the screen as `docs/pages/NAME.png`.
pub(crate) async fn shoot(chrome: &Chrome, name: &str) {
    if std::env::var("COUNTERSIGN_SCREENSHOTS").as_deref() != Ok("1") {
        return;
    }
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/pages");
    std::fs::create_dir_all(&folder).expect("docs/pages can be made");
    // A blinking caret would make every run differ from the last.
    chrome.evaluate("document.documentElement.style.caretColor = 'transparent'").await;
    let picture = chrome.driver.screenshot_as_png().await.expect("the screen can be pictured");
    let file = folder.join(format!("{name}.png"));
    std::fs::write(&file, picture).expect("the picture can be kept");
    // Without it the picture is as good, and larger.
    let _ = Command::new("pngquant")
        .args(["--force", "--ext", ".png", "--speed", "1", "--strip"])
        .arg(&file)
        .status();
}
