# shellcheck shell=bash
# What a client needs to reach the hosts: keys, known_hosts, ssh_config, tagboat's config, and the environment.

host_login() { # the user that the ssh config names for a host
  case $(host_value "$1" login) in
    root) say root ;;
    sudo) say ops ;;
  esac
}

make_key() { # make_key FILE COMMENT: keys stay in the cache, so that they are the same after every start
  [ -e "$1.pub" ] || { rm -f "$1"; ssh-keygen -q -t ed25519 -N '' -C "$2" -f "$1"; }
}

# The folder that every host sees, read-only, as /lab.
write_host_files() {
  local host
  mkdir -p "$cache/keys" "$run/lab/hosts" "$run/state"
  make_key "$cache/keys/client" tagboat-lab
  install -m 0755 "$lab_home"/host-init "$lab_home"/host-settle "$lab_home"/host-systemd "$lab_home"/delay "$run/lab/"
  cp "$cache/keys/client.pub" "$run/lab/authorized_keys"
  for host in $(host_names); do
    make_key "$cache/keys/$host" "$host"
    mkdir -p "$run/lab/hosts/$host"
    cp "$cache/keys/$host" "$run/lab/hosts/$host/ssh_host_ed25519_key"
    cp "$cache/keys/$host.pub" "$run/lab/hosts/$host/ssh_host_ed25519_key.pub"
    write_host_settings "$host"
  done
}

write_host_settings() { # what it reads at its boot
  host_value "$1" init >"$run/lab/hosts/$1/init"
  case $(host_value "$1" store) in
    containerd) say '{"features":{"containerd-snapshotter":true}}' ;;
    *) say '{}' ;;
  esac >"$run/lab/hosts/$1/daemon.json"
}

link_archives() { # the images that every host has
  ln -f "$(session_cache)"/host.tar "$(session_cache)"/host.ids "$run/lab/"
}

write_client_files() {
  local host address
  : >"$run/known_hosts"
  # The lab's images are a few kB and meet no contract; what is about contracts names one.
  printf '[ssh]\nconfig_file = "%s"\n\n[defaults]\nprofile = "convocate"\n\n[[images]]\nprofile = "convocate"\ncontract = "none"\n' \
    "$run/ssh_config" >"$run/config.toml"
  for host in $(host_names); do
    address=$(host_address "$host")
    printf '%s,%s %s\n' "$host" "$address" "$(cut -d' ' -f1,2 "$cache/keys/$host.pub")" >>"$run/known_hosts"
    printf '\n[[hosts]]\nname = "%s"\n' "$host" >>"$run/config.toml"
  done
  write_ssh_config
}

write_ssh_config() ( # two hosts can be changed at once
  exec 7>"$run/state/ssh_config.lock"
  flock 7
  # The default of OpenSSH 9 costs each side 75 ms of processor time for every connection; this one costs 6 (measured).
  kex=''
  [ "$(shape_value kex)" != quick ] || kex='KexAlgorithms curve25519-sha256'
  for host in $(host_names); do
    cat <<END
Host $host
  HostName $(host_address "$host")
  User $(host_login "$host")
  IdentityFile "$cache/keys/client"
  UserKnownHostsFile "$run/known_hosts"
  GlobalKnownHostsFile /dev/null
  IdentitiesOnly yes
  StrictHostKeyChecking yes
  $kex
END
  done >"$run/ssh_config.new"
  mv "$run/ssh_config.new" "$run/ssh_config"
)

show_env() {
  local lines=(
    "TAGBOAT_CONFIG=$run/config.toml"
    "TAGBOAT_STATE_DIR=$run/tagboat-state"
    "TAGBOAT_CACHE_DIR=$run/tagboat-cache"
    "TAGBOAT_LAB_DIR=$lab_dir"
    "TAGBOAT_LAB_HOSTS=$(host_names | xargs)"
    "TAGBOAT_LAB_SSH_CONFIG=$run/ssh_config"
    "DOCKER_HOST=unix://$sock"
  ) line
  for line in "${lines[@]}"; do printf 'export %s=%q\n' "${line%%=*}" "${line#*=}"; done
}
