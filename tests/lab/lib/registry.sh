# shellcheck shell=bash
# A registry beside the hosts: Debian's docker-registry with TLS and basic auth, on the address of their network that is this
# machine's. The source engine and the hosts trust its certificate; nobody else on this machine is told of it.

registry=$run/registry

registry_address() { say "$(shape_value net).1:5443"; }

registry_pid() {
  local pid
  pid=$(cat "$registry/pid" 2>/dev/null) || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -F -- "$registry/config.yml" >/dev/null || return 1
  say "$pid"
}

# The password goes to the program on its standard input; libcrypt knows bcrypt, the only form that docker-registry takes.
write_password() { # write_password FILE: whoever is `lab` has the password in it from now on
  # shellcheck disable=SC2016
  perl -e '
    local $/;
    my $word = <STDIN>;
    open my $random, "<", "/dev/urandom" or die;
    read $random, my $bytes, 22;
    my @letters = (".", "/", "A" .. "Z", "a" .. "z", 0 .. 9);
    my $salt = join "", map { $letters[$_ & 63] } unpack "C22", $bytes;
    my $hash = crypt $word, "\$2y\$05\$$salt";
    die "libcrypt knows no bcrypt\n" unless defined $hash && $hash =~ /^\$2y\$/;
    print "lab:$hash\n";' <"$1" >"$registry/htpasswd.new"
  mv "$registry/htpasswd.new" "$registry/htpasswd"
}

write_registry_files() {
  mkdir -p "$registry/data"
  [ -e "$registry/ca.crt" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=tagboat lab' \
    -addext "subjectAltName=IP:$(shape_value net).1" -keyout "$registry/key.pem" -out "$registry/ca.crt" 2>"$registry/openssl.log"
  [ -e "$registry/password" ] || head -c 18 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$registry/password"
  write_password "$registry/password"
  registry_address >"$registry/address"
  cat >"$registry/config.yml" <<END
version: 0.1
log: {level: info, formatter: text}
storage:
  filesystem: {rootdirectory: "$registry/data"}
  delete: {enabled: true}
http:
  addr: "$(registry_address)"
  tls: {certificate: "$registry/ca.crt", key: "$registry/key.pem"}
auth:
  htpasswd: {realm: tagboat-lab, path: "$registry/htpasswd"}
END
}

registry_start() {
  ! registry_pid >/dev/null || return 0
  setsid docker-registry serve "$registry/config.yml" >>"$registry/log" 2>&1 </dev/null 7>&- 8>&- 9>&- &
  say $! >"$registry/pid"
  # Found and ended with all the rest of the lab, even if its pid file is lost.
  local dir
  for dir in $(cgroup_dirs); do echo $! 2>/dev/null >"$dir/engine/cgroup.procs" || true; done
  wait_for 10 registry_answers || { tail -3 "$registry/log" >&2; die "the registry did not start; its log is $registry/log"; }
}

registry_answers() { (exec 3<>"/dev/tcp/$(shape_value net).1/5443"); }

registry_end() {
  local pid
  pid=$(registry_pid) || return 0
  kill -KILL "$pid" 2>/dev/null || true
  wait_for 5 is_gone "$pid" || die "the registry does not die: process $pid"
}

# Engines look there for each connection, so none has to be started again. The source engine has a folder of its own over that of
# this machine, in its mount namespace.
trust_registry() {
  local host place
  place=/etc/docker/certs.d/$(registry_address)
  # shellcheck disable=SC2016
  nsenter -t "$(engine_pid)" -m sh -euc '
    mkdir -p /etc/docker
    mountpoint -q /etc/docker || mount -t tmpfs -o mode=755 tmpfs /etc/docker
    mkdir -p "$1" && cat "$2" >"$1/ca.crt"' sh "$place" "$registry/ca.crt"
  for host in $(host_names); do
    ! is_on "$host" || in_host "$host" sh -euc "mkdir -p $place && cat >$place/ca.crt" <"$registry/ca.crt"
  done
}

cmd_registry() {
  local pid command=${1:-}
  need_up
  case $command in
    up | password) ;;
    *) [ -d "$registry" ] || die "there is no registry: run \`lab registry up\`" ;;
  esac
  lock_lab
  case $command in
    up)
      command -v docker-registry >/dev/null || die "docker-registry is missing: apt-get install -y docker-registry"
      command -v openssl >/dev/null || die "openssl is missing: apt-get install -y openssl"
      registry_end
      rm -rf --one-file-system "$registry/data" "$registry/password"
      write_registry_files
      registry_start
      trust_registry
      say "the registry is up at $(registry_address); its user is \`lab\`, the password is in $registry/password"
      ;;
    password) # from standard input
      cat >"$registry/password"
      write_password "$registry/password"
      ;;
    start) registry_start ;;
    kill) registry_end ;;
    pause) pid=$(registry_pid) && kill -STOP "$pid" ;;
    continue) pid=$(registry_pid) && kill -CONT "$pid" ;;
    down)
      registry_end
      rm -rf --one-file-system "$registry"
      nsenter -t "$(engine_pid)" -m sh -c 'umount /etc/docker' 2>/dev/null || true
      ;;
    *) usage_error "lab registry up | down | start | kill | pause | continue | password" ;;
  esac
}
