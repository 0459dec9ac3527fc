# shellcheck shell=bash
# Bytes in and out: cp, export, import, save, load.

check_cp_in() {
  docker run -d --name "$N" busybox sleep 300 >/dev/null
  noise 5000000 sent
  docker cp -q sent "$N:/tmp/came"
  want "$(sha256sum <sent)" "$(docker exec "$N" sha256sum /tmp/came | sed 's/ .*/  -/')"
}

check_cp_out() {
  docker create --name "$N" busybox true >/dev/null
  docker cp -q "$N:/bin/busybox" came
  sum_of <came
}

check_cp_folder() {
  docker create --name "$N" busybox true >/dev/null
  mkdir -p sent/inner
  echo leaf >sent/inner/leaf
  ln -s leaf sent/inner/link
  docker cp -q sent "$N:/tmp"
  docker cp -q "$N:/tmp/sent" came
  diff -r sent came
  want leaf "$(readlink came/inner/link)"
}

check_cp_tar_in() {
  docker create --name "$N" busybox true >/dev/null
  echo leaf >leaf
  tar -cf - leaf | docker cp - "$N:/tmp"
  docker cp "$N:/tmp/leaf" - | tar -xOf -
}

check_cp_to_missing() {
  noise 5000000 sent
  docker cp -q sent "$N-none:/tmp" 2>err && return 1
  want_in 'o such container' "$(cat err)"
}

check_cp_of_missing() {
  docker create --name "$N" busybox true >/dev/null
  docker cp -q "$N:/no/such/file" . 2>err && return 1
  want_in 'ould not find the file' "$(cat err)"
}

check_export_import() {
  docker create --name "$N" busybox true >/dev/null
  docker export "$N" | tee exported.tar | docker import - "$N:imported" >/dev/null
  tar -tf exported.tar | sort | sum_of
  want marker "$(docker run --rm "$N:imported" echo marker)"
}

check_import_changes() {
  tar -C / -cf - etc/hostname | docker import -c 'ENV WORD=here' -m 'a message' - "$N:changed" >/dev/null
  docker inspect -f '{{.Config.Env}} {{.Comment}}' "$N:changed"
}

# Every file's sum and not the whole's: the daemon dates some folders by now.
check_save() {
  # shellcheck disable=SC2016 # the variable of tar's own
  docker save busybox | tar -xf - --to-command='echo "$TAR_FILENAME $(md5sum)"' | sort
}

check_save_load() {
  local id
  docker create --name "$N" busybox true >/dev/null
  noise 3000000 unique
  docker cp -q unique "$N:/unique"
  docker commit "$N" "$N:kept" >/dev/null
  id=$(docker inspect -f '{{.Id}}' "$N:kept")
  docker save -o kept.tar "$N:kept"
  docker rmi "$N:kept" >/dev/null
  docker load -q <kept.tar
  want "$id" "$(docker inspect -f '{{.Id}}' "$N:kept")"
  want "$(sha256sum <unique)" "$(docker run --rm "$N:kept" sha256sum /unique | sed 's/ .*/  -/')"
}

check_save_into_load() { docker save busybox alpine | docker load -q | sort; }

check_load_garbage() {
  noise 3000000 garbage
  want_exit 1 docker load -i garbage
}
