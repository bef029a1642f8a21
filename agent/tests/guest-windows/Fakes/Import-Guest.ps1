# Dot-sourced by the tests: the guest's functions, and then the fakes in the place of its border.
$guest = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..', '..', 'guest', 'windows', 'iso'))
foreach ($folder in 'common', 'functions', 'bootstrap/functions') {
    foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($guest, $folder), '*.ps1')) { . $file }
}
foreach ($name in 'FakeMachine', 'FakeBorder', 'FakeWindows', 'FakeHost') { . "$PSScriptRoot/$name.ps1" }
