//! A project on a host of the lab: what puts it there, what there is of it, and what removes it.

use crate::headless::Tagboat;
use crate::real_fleet::Lab;
use tempfile::TempDir;

pub(crate) const HOST: &str = "lab-1";

/// A project that Compose built, with a named volume, one without a name, and a neighbour that is not built.
pub(crate) const BUILT: &str = "\
# the project's own
name: factory
services:
  agents:
    build: .   # as it always was
    container_name: factory-agents
    environment: {OWN: \"1\"}
    volumes:
      - home:/home/claude
    restart: unless-stopped
    stop_grace_period: 2s
  runner:
    build: .
    container_name: factory-runner
    stop_grace_period: 2s
    volumes:
      - home:/home/claude
  neighbour:
    image: convocate:v1.0.0
    container_name: factory-neighbour
    stop_grace_period: 2s
volumes:
  home:
";

/// The lab with a host that has Compose, and the program; what is left of the project goes at the end.
pub(crate) struct Factory {
    pub(crate) lab: Lab,
    pub(crate) tagboat: Tagboat,
    /// Whether the host is another machine than usual.
    is_bare: bool,
}

impl Factory {
    /// With a host on which tagboat has never been.
    pub(crate) fn on_a_new_machine() -> Option<Self> {
        let mut factory = Self::bare()?;
        factory.lab.run(&["bare", HOST]);
        factory.is_bare = true;
        Some(factory)
    }

    /// With nothing of the project; none on a lab without Compose.
    pub(crate) fn bare() -> Option<Self> {
        let lab = Lab::reset();
        has_compose(&lab).then(|| {
            remove_project(&lab);
            let tagboat = Tagboat::new();
            Self {
                lab,
                tagboat,
                is_bare: false,
            }
        })
    }

    /// With the project up, on what Compose would have built.
    pub(crate) fn built() -> Option<Self> {
        let factory = Self::bare()?;
        built_project(&factory.lab);
        Some(factory)
    }
}

impl Drop for Factory {
    fn drop(&mut self) {
        // What a test that failed has left is for whoever looks.
        if !std::thread::panicking() {
            remove_project(&self.lab);
            if self.is_bare {
                self.lab.run(&["reset", HOST]);
            }
        }
    }
}

/// A config file.
pub(crate) struct Written {
    pub(crate) path: String,
    _folder: TempDir,
}

/// The config of the lab with the project in it: two services of one image, and what is said besides.
pub(crate) fn factory_config(more: &str) -> Written {
    let fleet = std::fs::read_to_string(std::env::var("TAGBOAT_CONFIG").unwrap()).unwrap();
    let project = format!(
        "[[projects]]\nname = \"factory\"\nprofile = \"convocate\"\nvolumes = [\"/scratch\"]\n{more}\n\n[[projects.services]]\n\
         name = \"agents\"\nmounts = [\"home:/home/claude\"]\n\n[[projects.services]]\nname = \"runner\"\nlike = \"agents\"\n"
    );
    write_config(&format!("{fleet}\n{project}"))
}

pub(crate) fn write_config(text: &str) -> Written {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    Written {
        path: path.to_str().unwrap().to_owned(),
        _folder: folder,
    }
}

/// Compose, out of the way of a host as long as this is there.
pub(crate) struct Hidden<'a>(&'a Lab);

impl<'a> Hidden<'a> {
    pub(crate) fn compose(lab: &'a Lab) -> Self {
        lab.on(
            HOST,
            "for one in $(docker info -f '{{range .ClientInfo.Plugins}}{{if eq .Name \"compose\"}}{{.Path}}{{end}}{{end}}') \
             $(command -v docker-compose); do mv $one $one.hidden; done; ! docker compose version >/dev/null 2>&1",
        );
        Self(lab)
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        self.0.on(
            HOST,
            "for one in $(find / -xdev -name 'docker-compose.hidden' 2>/dev/null); do mv $one ${one%.hidden}; done
             docker compose version >/dev/null",
        );
    }
}

/// Puts a file on the host.
pub(crate) fn put(lab: &Lab, path: &str, text: &str) {
    lab.on(
        HOST,
        &format!("mkdir -p \"$(dirname {path})\"; cat >{path} <<'TEXT'\n{text}TEXT"),
    );
}

/// The project, up on what Compose would have built, with a marker in each volume.
pub(crate) fn built_project(lab: &Lab) {
    put(lab, "/srv/factory/docker-compose.yml", BUILT);
    put(
        lab,
        "/srv/factory/.env",
        "# mine\r\nSECRET_TOKEN=canary-value\r\n",
    );
    lab.on(
        HOST,
        "cd /srv/factory && chmod 640 .env && for one in agents runner; do docker tag convocate:v1.0.0 factory-$one; done
         docker compose up -d --no-build 2>&1
         for one in agents runner; do docker exec factory-$one sh -c 'echo kept >/scratch/marker; ln -s marker /scratch/link; chown 1000 /scratch/marker'; done
         docker exec factory-agents sh -c 'echo home >/home/claude/marker'",
    );
}

pub(crate) fn remove_project(lab: &Lab) {
    lab.on(
        HOST,
        "cd /srv/factory 2>/dev/null && docker compose down -v -t 1 >/dev/null 2>&1
         docker ps -aq --filter label=com.docker.compose.project=factory | xargs -r docker rm -f -v >/dev/null
         docker volume ls -q --filter label=com.docker.compose.project=factory | xargs -r docker volume rm >/dev/null
         docker network ls -q --filter label=com.docker.compose.project=factory | xargs -r docker network rm >/dev/null
         docker images --format '{{.Repository}}:{{.Tag}}' | grep -E '^(factory-|tagboat-pin:before-|convocate:before-)' | xargs -r docker rmi >/dev/null
         rm -rf /srv/factory /var/lib/tagboat/restarts/*compose-factory*; true",
    );
}

fn has_compose(lab: &Lab) -> bool {
    !lab.on(HOST, "docker compose version --short 2>/dev/null || true")
        .is_empty()
}

pub(crate) fn ids(lab: &Lab) -> Vec<String> {
    let names = lab.on(
        HOST,
        "docker inspect -f '{{.Id}}' factory-agents factory-runner factory-neighbour",
    );
    names.lines().map(str::to_owned).collect()
}

pub(crate) fn mounts(lab: &Lab, container: &str) -> String {
    lab.on(
        HOST,
        &format!("docker inspect -f '{{{{range .Mounts}}}}{{{{.Destination}}}} {{{{.Name}}}}{{{{println}}}}{{{{end}}}}' {container} | sort"),
    )
}

pub(crate) fn image(lab: &Lab, container: &str) -> String {
    lab.on(
        HOST,
        &format!("docker inspect -f '{{{{.Config.Image}}}} {{{{.State.Status}}}}' {container}"),
    )
}

pub(crate) fn data(lab: &Lab) -> String {
    lab.on(
        HOST,
        "for one in agents runner; do docker exec factory-$one sh -c 'cat /scratch/marker /scratch/link; stat -c %u /scratch/marker'; done; docker exec factory-agents cat /home/claude/marker",
    )
}

pub(crate) const DATA: &str = "kept\nkept\n1000\nkept\nkept\n1000\nhome";

pub(crate) fn migrate<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let words = [
        "compose", "migrate", "factory", "--host", HOST, "--image", "v0.9.0",
    ];
    [&words[..], more].concat()
}
