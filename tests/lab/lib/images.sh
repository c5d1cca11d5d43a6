# shellcheck shell=bash
# The hosts' image (Debian with a Docker Engine and sshd, by debootstrap), and who has which image. No registry is used.

engine_suite() {
  case $1 in
    20.10) say bookworm ;;
    26.1) say trixie ;;
    28.5) say sid ;;
  esac
}

host_packages() { # host_packages SUITE
  # The docker command is a package of its own from trixie on.
  [ "$1" = bookworm ] || printf 'docker-cli,'
  say docker.io,docker-compose,openssh-server,iproute2,iptables,zstd,gzip,sudo,procps,busybox-static,cron,systemd,dbus,libpam-systemd,fish,tcsh
}

host_image() { # host_image SUITE: its reference; another recipe gives another tag
  local key
  key=$({ host_packages "$1"; cat "$lab_home/host-base"; } | sha256sum | cut -c1-12)
  say "tagboat-lab-host:$1-$key"
}

debian_mirror() {
  local uri
  # shellcheck disable=SC2016
  uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 'Component: main' | head -n 1)
  [ -n "$uri" ] || die "apt on this machine has no Debian mirror configured: add one to its sources and run \`apt-get update\`"
  say "$uri"
}

build_host_image() ( # build_host_image SUITE; a subshell, so that its trap is its own
  suite=$1
  image=$(host_image "$suite")
  mirror=$(debian_mirror)
  proxy=$(apt-config shell p Acquire::http::Proxy)
  p=
  eval "$proxy"
  [ -z "$p" ] || export http_proxy=$p
  tree=$(mktemp -d "$cache/debootstrap.XXXXXX")
  trap 'rm -rf --one-file-system "$tree"' EXIT
  start=$(now_ms)
  say "building $image (about a minute, once)"
  # shellcheck disable=SC2016
  # In namespaces of its own: whatever a package mounts or starts while it is set up ends with it.
  unshare --mount --pid --fork --kill-child bash -euc '
    tree=$1 suite=$2 mirror=$3 packages=$4 finish=$5
    debootstrap --variant=minbase --include="$packages" "$suite" "$tree" "$mirror"
    install -m 0755 "$finish" "$tree/host-base"
    chroot "$tree" /host-base
    rm "$tree/host-base"' _ "$tree" "$suite" "$mirror" "$(host_packages "$suite")" "$lab_home/host-base" \
    >"$cache/debootstrap-$suite.log" 2>&1 </dev/null ||
    die "debootstrap of $suite failed: see $cache/debootstrap-$suite.log; \`apt-get update\`, then \`lab prepare\` again"
  tar --one-file-system --numeric-owner --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' -C "$tree" -c . |
    dk import -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' -m "tagboat lab host, $suite" - "$image" >/dev/null || die "the outer engine did not take $image: see $run/engine.log"
  # Earlier recipes of this suite are not needed any more.
  dk images tagboat-lab-host --format '{{.Repository}}:{{.Tag}}' | { grep -F ":$suite-" || true; } | { grep -vxF "$image" || true; } |
    while read -r old; do dk rmi "$old" >/dev/null || true; done
  say "built $image in $(since "$start")"
)

need_host_image() ( # need_host_image SUITE: builds it where it is not there; one at a time
  exec 7>"$cache/build.lock"
  flock 7
  dk image inspect "$(host_image "$1")" >/dev/null 2>&1 || build_host_image "$1" 7>&-
)

prepare_images() { # prepare_images SUITE; the outer engine runs
  # Of a build that was killed; the lab's lock says that none is at work.
  rm -rf --one-file-system "$cache"/debootstrap.?????? "$cache"/stage.??????
  need_host_image "$1"
  session_archives
  restore_source
}

# --- the source engine's images ----------------------------------------------------------------------------------

is_lab_image() { # is_lab_image REFERENCE
  case $1 in tagboat-lab-host:*) return 0 ;; esac
  cut -f1 "$(session_cache)/source.ids" | grep -xF -- "$1" >/dev/null
}

# What a test has left at the source engine beside its images; first of all its containers, which hold images.
clear_source() {
  local outer=(xargs -r docker -H "unix://$sock")
  dk ps -a --format '{{.Names}}' | { grep -vxF -e "$(host_names)" -e "$(host_names | sed 's/$/-usual/')" || true; } | "${outer[@]}" rm -f -v >/dev/null
  dk network ls --filter type=custom --format '{{.Name}}' | { grep -vxF "$network" || true; } | "${outer[@]}" network rm >/dev/null
  dk volume ls -q --filter dangling=true | "${outer[@]}" volume rm >/dev/null
}

reset_source() {
  clear_source
  restore_source
}

# Whatever a test did to the images of the source engine: exactly the initial ones are there again.
restore_source() {
  local ref id have
  while read -r ref id; do
    is_lab_image "$ref" && continue
    case $ref in
      *'<none>'*) dk rmi -f "$id" >/dev/null 2>&1 || true ;;
      *) dk rmi "$ref" >/dev/null || warn "the source engine keeps $ref" ;;
    esac
  done < <(dk images --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}')
  have=$(dk images --no-trunc --format '{{.Repository}}:{{.Tag}}{{"\t"}}{{.ID}}')
  while read -r ref id; do
    if ! grep -qxF -- "$ref"$'\t'"$id" <<<"$have"; then
      dk load -i "$(session_cache)/source.tar" >/dev/null
      # A tag that was moved leaves the image behind that it was moved from.
      dk image prune -f >/dev/null
      break
    fi
  done <"$(session_cache)/source.ids"
}
