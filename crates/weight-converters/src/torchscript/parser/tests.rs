#[test]
fn tmp_all() {
    fn walk(p: &std::path::Path, n: &mut usize) {
        for e in std::fs::read_dir(p).unwrap() {
            let e = e.unwrap().path();
            if e.is_dir() { walk(&e, n) } else {
                let s = std::fs::read_to_string(&e).unwrap();
                *n += 1;
                if let Err(x) = super::parse(&s) { println!("{} {x:?}", e.display()); }
            }
        }
    }
    let mut n = 0;
    let t = std::time::Instant::now();
    walk(std::path::Path::new("/tmp/tsa"), &mut n);
    println!("{n} {:?}", t.elapsed());
}
