//! A first run that was broken off is begun anew; nobody's data is touched.

#[path = "../src/folder.rs"]
mod folder;

use std::fs;

use folder::{SIGN_INS, State, begin, end, state};

#[test]
fn a_folder_whose_filling_broke_off_is_filled_anew_and_no_other_is_touched() {
    let data = std::env::temp_dir().join(format!("phien-folder-{}", std::process::id()));
    assert_eq!(state(&data), State::New, "it is not there yet");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("phien.toml"), "").unwrap();
    assert_eq!(state(&data), State::New, "settings alone do not count");
    begin(&data).unwrap();
    fs::create_dir_all(data.join("papers/ab")).unwrap();
    fs::write(data.join("phien.db"), "half").unwrap();
    assert_eq!(state(&data), State::Unfinished);
    begin(&data).unwrap();
    assert!(!data.join("phien.db").exists() && !data.join("papers").exists());
    assert!(data.join("phien.toml").exists());
    for file in ["phien.db", SIGN_INS] {
        fs::write(data.join(file), "whole").unwrap();
    }
    end(&data).unwrap();
    assert_eq!(state(&data), State::Somebodys);
    fs::remove_dir_all(&data).unwrap();
}
