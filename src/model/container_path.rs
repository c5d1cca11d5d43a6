//! Paths in a container as engines compare them: without a slash at the end, without `//` and `/./`.

/// The path as an engine keeps it.
pub fn normal_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Whether two paths are one.
pub fn is_same_path(one: &str, other: &str) -> bool {
    normal_path(one) == normal_path(other)
}

/// Whether a path lies below another one.
pub fn is_below(path: &str, folder: &str) -> bool {
    let (path, folder) = (normal_path(path), normal_path(folder));
    path != folder && (folder == "/" || path.starts_with(&format!("{folder}/")))
}

#[cfg(test)]
mod tests {
    use super::{is_below, is_same_path};

    #[test]
    fn paths_are_compared_as_an_engine_does() {
        for (one, other, same) in [
            ("/data", "/data/", true),
            ("/data//x", "/data/./x", true),
            ("/data/../srv", "/srv", true),
            ("/data", "/Data", false),
            ("/data", "/data2", false),
        ] {
            assert_eq!(is_same_path(one, other), same, "{one} {other}");
        }
        assert!(is_below("/data/x", "/data/") && is_below("/x", "/"));
        assert!(!is_below("/data2", "/data") && !is_below("/data", "/data"));
    }
}
