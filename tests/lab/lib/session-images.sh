# shellcheck shell=bash
# Writes the archives of the session images: a static busybox, a command and a few settings, as `docker load` takes them.
#
# They are written by hand, without a builder: the same machine always gets the same image ids, no base image has to be
# pulled, and no engine has to run. What the versions are for is in the README.

session_base_created=2025-01-01T00:00:00Z

session_key=$(cat "$lab_home/lib/session-images.sh" "$lab_home/agent" /bin/busybox 2>/dev/null | sha256sum | cut -c1-12)
session_cache() { say "$cache/sessions-$session_key"; } # the folder of this recipe's archives

make_layer() { # make_layer FOLDER: packs it reproducibly into the stage, says its DiffID
  local tar digest
  tar=$(mktemp "$stage/layer.XXXXXX")
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$1" -cf "$tar" .
  digest=$(sha256sum "$tar" | cut -d' ' -f1)
  mkdir -p "$stage/$digest"
  mv "$tar" "$stage/$digest/layer.tar"
  say "$digest"
}

base_layer() {
  local root=$stage/base applet
  mkdir -p "$root"/{bin,etc,home/claude,proc,root,scratch,sys,tmp,usr/local/bin,work}
  chmod 1777 "$root/tmp"
  cp /bin/busybox "$root/bin/busybox"
  for applet in $("$root/bin/busybox" --list); do
    [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"
  done
  printf 'root:x:0:0:root:/root:/bin/sh\nclaude:x:1000:1000::/home/claude:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\nclaude:x:1000:\n' >"$root/etc/group"
  install -m 0755 "$lab_home/agent" "$root/usr/local/bin/agent"
  make_layer "$root"
}

version_layer() { # version_layer VERSION
  mkdir -p "$stage/$1/etc"
  say "$1" >"$stage/$1/etc/convocate-version"
  make_layer "$stage/$1"
}

# 16 MiB that no compressor makes smaller, the same on every machine: a push of it takes long enough to be watched.
payload_layer() {
  mkdir -p "$stage/payload/opt"
  perl -e 'srand 20250301; binmode STDOUT; print pack "L*", map { int rand 4294967296 } 1 .. 4096 for 1 .. 1024' >"$stage/payload/opt/payload"
  make_layer "$stage/payload"
}

json_list() { # json_list PREFIX ITEM...
  local prefix=$1 item sep=
  shift
  for item; do
    printf '%s"%s%s"' "$sep" "$prefix" "$item"
    sep=,
  done
}

image() { # image REFERENCE CREATED CONFIG-JSON LAYER...: writes its config, remembers its manifest entry and its id
  local ref=$1 created=$2 settings=$3 layer history='' digest arch
  shift 3
  arch=$(dpkg --print-architecture)
  for layer; do
    history="${history:+$history,}{\"created\":\"$session_base_created\",\"created_by\":\"tagboat lab: layer ${layer:0:12}\"}"
  done
  printf '{"architecture":"%s","os":"linux","created":"%s","config":{%s},"rootfs":{"type":"layers","diff_ids":[%s]},"history":[%s]}' \
    "$arch" "$created" "$settings" "$(json_list sha256: "$@")" "$history" >"$stage/config"
  digest=$(sha256sum "$stage/config" | cut -d' ' -f1)
  mv "$stage/config" "$stage/$digest.json"
  printf '{"Config":"%s.json","RepoTags":["%s"],"Layers":[%s]}\n' "$digest" "$ref" \
    "$(printf '%s/layer.tar\n' "$@" | xargs | sed 's/[^ ]*/"&"/g; s/ /,/g')" >"$stage/manifest.${ref//:/-}"
  printf '%s\tsha256:%s\n' "$ref" "$digest" >"$stage/id.${ref//:/-}"
}

session_image() { # session_image VERSION CREATED COMMAND-JSON MORE-CONFIG LAYER...
  local version=$1 created=$2 command=$3 more=$4
  shift 4
  image "convocate:$version" "$created" "$(printf '"Env":["PATH=/usr/local/bin:/bin","CONVOCATE_VERSION=%s"],"Cmd":[%s],"WorkingDir":"/home/claude","Volumes":{"/scratch":{}},"Labels":{"org.opencontainers.image.version":"%s"}%s' \
    "$version" "$command" "$version" "$more")" "$@" "$(version_layer "$version")"
}

archive() { # archive NAME REFERENCE...: NAME.tar with exactly these images, NAME.ids with their ids (config digests)
  local name=$1 ref sep='['
  shift
  : >"$stage/manifest.json"
  : >"$stage/$name.ids"
  for ref; do
    printf '%s%s' "$sep" "$(cat "$stage/manifest.${ref//:/-}")" >>"$stage/manifest.json"
    cat "$stage/id.${ref//:/-}" >>"$stage/$name.ids"
    sep=,
  done
  printf ']\n' >>"$stage/manifest.json"
  # Only what the manifest names goes in: the hosts must not get a layer of a later version.
  (cd "$stage" && grep -o '[0-9a-f]\{64\}\(\.json\|/layer\.tar\)' manifest.json | sort -u | tar -cf "$name.tar" manifest.json -T -)
}

session_archives() {
  local final base payload agent='"/usr/local/bin/agent"'
  final=$(session_cache)
  [ ! -d "$final" ] || return 0
  rm -rf "$cache"/sessions-*
  stage=$(mktemp -d "$cache/stage.XXXXXX")
  base=$(base_layer)
  payload=$(payload_layer)
  session_image v0.9.0 2025-01-01T09:00:00Z "$agent" '' "$base"
  session_image v1.0.0 2025-02-01T09:00:00Z "$agent" '' "$base"
  session_image v1.1.0 2025-03-01T09:00:00Z "$agent" '' "$base" "$payload"
  session_image v1.2.0-broken 2025-04-01T09:00:00Z '"sh","-c","echo cannot start; sleep 1; exit 1"' '' "$base"
  session_image v1.3.0-sick 2025-05-01T09:00:00Z "$agent" \
    ',"Healthcheck":{"Test":["CMD","false"],"Interval":1000000000,"Timeout":1000000000,"Retries":2}' "$base"
  image bystander:v1 2025-01-15T09:00:00Z '"Env":["PATH=/bin"],"Cmd":["/usr/local/bin/agent"]' "$base"
  archive source convocate:{v0.9.0,v1.0.0,v1.1.0,v1.2.0-broken,v1.3.0-sick}
  archive host convocate:{v0.9.0,v1.0.0} bystander:v1
  mkdir "$stage/done"
  mv "$stage"/{source,host}.{tar,ids} "$stage/done/"
  mv "$stage/done" "$final"
  rm -rf "$stage"
}
