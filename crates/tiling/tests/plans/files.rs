//! Plans as files.

use proptest::prelude::*;
use tiling::{ChunkLength, Padding, TilePlan, TileRequest};

use crate::describe::{line, stepped, tiled};

proptest! {
    #[test]
    fn plans_survive_files(size in 6_usize..5000, tile in 5_usize..20, reflect in any::<bool>()) {
        let padding = if reflect { Padding::Reflect } else { Padding::Constant(0.5) };
        let chunks = ChunkLength::Chosen { smallest: 16, largest: 128 };
        let request = TileRequest::default().with_tile(0, 16 * tile).with_padding(padding);
        let request = if size % 2 == 0 { request.with_chunks(0, 0, chunks) } else { request };
        let plan = TilePlan::new(&line(stepped(64, 16), (1, 2), -2, 8), &[vec![size]], &request).unwrap();
        let text = serde_json::to_string(&plan).unwrap();
        prop_assert_eq!(&serde_json::from_str::<TilePlan>(&text).unwrap(), &plan);
    }
}

#[test]
fn files_cannot_break_what_plans_promise() {
    let plan = tiled(&line(stepped(64, 16), (1, 1), 0, 16), 1000, 256).unwrap();
    let mut value = serde_json::to_value(&plan).unwrap();
    assert_eq!(
        value["dimensions"][0]["spans"][1],
        serde_json::json!({ "start": 224, "size": 256 })
    );
    value["dimensions"][0]["spans"][1]["start"] = 208.into();
    let error = serde_json::from_value::<TilePlan>(value.clone()).unwrap_err();
    assert!(error.to_string().contains("not those of a plan"), "{error}");
    value["geometry"]["inputs"][0]["axes"][0]["dimension"] = 7.into();
    let error = serde_json::from_value::<TilePlan>(value).unwrap_err();
    assert!(error.to_string().contains("refers to dimension 7"), "{error}");
}

#[test]
fn files_from_before_there_were_chunks_can_be_read() {
    let plan = tiled(&line(stepped(64, 16), (1, 1), 0, 16), 1000, 256).unwrap();
    let mut value = serde_json::to_value(&plan).unwrap();
    value["request"]
        .as_object_mut()
        .unwrap()
        .remove("chunks")
        .unwrap();
    assert_eq!(serde_json::from_value::<TilePlan>(value).unwrap(), plan);
}
