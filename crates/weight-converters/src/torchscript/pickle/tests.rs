//! Pickles are written here opcode by opcode; the comments of `machine.rs` name them.

use proptest::prelude::*;

use super::{Item, Pickle, read_pickle};

fn message(bytes: &[u8]) -> String {
    read_pickle(bytes).unwrap_err().message
}

fn list(pickle: &Pickle) -> Vec<Item> {
    match pickle.get(pickle.root()) {
        Item::List(items) | Item::Tuple(items) => items.iter().map(|id| pickle.get(*id).clone()).collect(),
        other => panic!("{other:?}"),
    }
}

/// A global, `c module \n name \n`.
fn global(name: &str) -> Vec<u8> {
    let (module, name) = name.rsplit_once('.').unwrap();
    format!("c{module}\n{name}\n").into_bytes()
}

/// A call of a global with what is between a mark and `TUPLE`.
fn call(name: &str, arguments: &[u8]) -> Vec<u8> {
    [&b"\x80\x02"[..], &global(name), b"(", arguments, b"tR."].concat()
}

#[test]
fn plain_values() {
    let mut bytes = b"\x80\x02](NK\x07M\x01\x02J\xff\xff\xff\xffG\x3f\xf8\x00\x00\x00\x00\x00\x00\x88\x89X\x02\x00\x00\x00\xc3\xa9".to_vec();
    bytes.extend_from_slice(b"\x8a\x00\x8a\x02\x00\x80e.");
    let pickle = read_pickle(&bytes).unwrap();
    let expected = [
        Item::None,
        Item::Int(7),
        Item::Int(513),
        Item::Int(-1),
        Item::Float(1.5),
        Item::Bool(true),
        Item::Bool(false),
        Item::Str("\u{e9}".into()),
        Item::Int(0),
        Item::Int(-32768),
    ];
    assert_eq!(list(&pickle), expected);
}

#[test]
fn protocol_4_and_0() {
    let pickle =
        read_pickle(b"\x80\x04\x95\x08\x00\x00\x00\x00\x00\x00\x00(\x8c\x01a\x94K\x01h\x00t.").unwrap();
    assert_eq!(
        list(&pickle),
        [Item::Str("a".into()), Item::Int(1), Item::Str("a".into())]
    );
    let pickle = read_pickle(b"(I01\nI-5\nF2.5\nL7L\nVx\np3\ng3\nl.").unwrap();
    let expected = [
        Item::Bool(true),
        Item::Int(-5),
        Item::Float(2.5),
        Item::Int(7),
        Item::Str("x".into()),
        Item::Str("x".into()),
    ];
    assert_eq!(list(&pickle), expected);
}

#[test]
fn a_tensor_of_a_storage() {
    let storage =
        b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQ";
    let arguments = [
        &storage[..],
        b"K\x01(K\x02K\x02t(K\x02K\x01t\x89ccollections\nOrderedDict\n)R",
    ]
    .concat();
    let pickle = read_pickle(&call("torch._utils._rebuild_tensor_v2", &arguments)).unwrap();
    let Item::Tensor(tensor) = pickle.get(pickle.root()) else {
        panic!()
    };
    assert_eq!(
        (tensor.offset, &tensor.shape[..], &tensor.strides[..]),
        (1, &[2, 2][..], &[2, 1][..])
    );
    assert_eq!(
        (&*tensor.storage.class, &*tensor.storage.key, tensor.storage.len),
        ("torch.FloatStorage", "0", 6)
    );

    let parameter = [
        &b"\x80\x02"[..],
        &global("torch._utils._rebuild_parameter"),
        b"(",
        &call("torch._utils._rebuild_tensor_v2", &arguments)[2..],
        b"",
    ];
    let mut bytes = parameter.concat();
    bytes.pop(); // STOP of the inner one
    bytes.extend_from_slice(b"\x88NtR.");
    let pickle = read_pickle(&bytes).unwrap();
    assert!(matches!(pickle.get(pickle.root()), Item::Tensor(_)));
}

#[test]
fn an_instance_and_its_attributes() {
    let pickle = read_pickle(b"\x80\x02c__torch__.net\nNet\n)\x81}(X\x01\x00\x00\x00aK\x03ub.").unwrap();
    let Item::Instance {
        class,
        state: Some(state),
    } = pickle.get(pickle.root())
    else {
        panic!()
    };
    assert_eq!(&**class, "__torch__.net.Net");
    assert!(matches!(pickle.get(*state), Item::Dict(entries) if entries.len() == 1));
}

#[test]
fn cycles_are_numbers() {
    let pickle = read_pickle(b"\x80\x02]q\x00h\x00a.").unwrap();
    assert!(matches!(pickle.get(pickle.root()), Item::List(items) if items[..] == [pickle.root()]));
}

#[test]
fn nothing_is_called_but_what_is_in_the_table() {
    for name in [
        "os.system",
        "builtins.eval",
        "posix.system",
        "torch.load",
        "__torch__.net.Net",
        "torch._utils._rebuild_qtensor",
    ] {
        let message = message(&call(name, b"X\x02\x00\x00\x00ls"));
        assert!(
            message.contains(&format!("`{name}`")) && message.contains("refused"),
            "{message}"
        );
    }
    assert_eq!(
        message(b"\x80\x02cos\nsystem\n)\x81."),
        "makes an instance of `os.system`, which is not a class of the program"
    );
    assert_eq!(
        message(b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02ls\x85R.")
            .split(',')
            .next(),
        Some("calls `os.system`")
    );
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let error = read_pickle(b"\x80\x02K\x01\xff.").unwrap_err();
    assert_eq!(
        (error.offset, &*error.message),
        (4, "0xff is not an opcode of pickle")
    );
    assert_eq!(message(b"\x80\x05N."), "protocol 5; protocols up to 4 are read");
    assert_eq!(message(b"\x80\x02N"), "ends without the opcode STOP");
    assert_eq!(message(b"."), "the stack is empty");
    assert_eq!(message(b"(."), "the stack is empty");
    assert_eq!(message(b"Nt."), "there is no mark on the stack");
    assert_eq!(message(b"h\x05."), "nothing is in place 5 of the memo");
    assert_eq!(
        message(b"X\xff\xff\xff\x7fab"),
        "needs 2147483647 bytes, 2 are left"
    );
    assert_eq!(
        message(b"\x8d\xff\xff\xff\xff\xff\xff\xff\xffab"),
        "needs 18446744073709551615 bytes, 2 are left"
    );
    assert_eq!(
        message(b"\x8a\x09\x01\x01\x01\x01\x01\x01\x01\x01\x01."),
        "an integer of more than 64 bits"
    );
    assert_eq!(message(b"X\x01\x00\x00\x00\xff."), "a text that is not UTF-8");
    assert_eq!(message(b"NK\x01a."), "appends to a None, not to a list");
    assert_eq!(message(b"}(Nu."), "a key without a value");
    assert_eq!(
        message(b"\x8f."),
        "the opcode EMPTY_SET does not occur in TorchScript and is refused"
    );
    assert_eq!(message(b"NN\x81."), "makes an instance of a None");
    assert_eq!(message(b"N}b."), "gives a state to a None");
    assert_eq!(message(b"NQ."), "a persistent id that is a None, not a tuple");
}

/// Shapes that would be copied again and again are bounded.
#[test]
fn a_tensor_with_too_many_axes() {
    let storage =
        b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQ";
    let shape = [&b"("[..], &b"K\x01".repeat(65), b"tq\x00h\x00"].concat();
    let arguments = [&storage[..], b"K\x00", &shape].concat();
    assert_eq!(
        message(&call("torch._utils._rebuild_tensor_v2", &arguments)),
        "a tensor of 65 axes"
    );
}

/// Opcodes with plausible operands, so that sequences get further than random bytes do.
fn opcode() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"(".to_vec()),
        Just(b"N".to_vec()),
        Just(b"]".to_vec()),
        Just(b"}".to_vec()),
        Just(b")".to_vec()),
        prop::sample::select(&b"0122alestudRbQ\x81\x85\x86\x87\x93\x94"[..]).prop_map(|opcode| vec![opcode]),
        (0_u8..4).prop_map(|slot| vec![b'q', slot]),
        (0_u8..4).prop_map(|slot| vec![b'h', slot]),
        any::<u8>().prop_map(|value| vec![b'K', value]),
        Just(b"X\x07\x00\x00\x00storage".to_vec()),
        prop::sample::select(vec![
            "torch.FloatStorage",
            "__torch__.Net",
            "torch._utils._rebuild_tensor_v2",
            "torch._utils._rebuild_parameter",
            "collections.OrderedDict",
            "torch.jit._pickle.build_intlist",
            "os.system",
        ])
        .prop_map(global),
        any::<u8>().prop_map(|byte| vec![byte]),
    ]
}

proptest! {
    #[test]
    fn no_pickle_panics(opcodes in prop::collection::vec(opcode(), 0..200)) {
        let _ = read_pickle(&opcodes.concat());
        let _ = read_pickle(&[&opcodes.concat()[..], b"."].concat());
    }
}
