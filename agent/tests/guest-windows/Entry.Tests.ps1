BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    . "$PSScriptRoot/Fakes/Import-Guest.ps1"

    function Copy-WithFake {
        # Copies a folder of scripts with the fakes in the place of the border.
        param([string] $To)
        $null = New-Item -ItemType Directory -Path "$To/border" -Force
        Copy-Item -Path "$PSScriptRoot/Fakes/Fake*.ps1" -Destination "$To/border"
        Copy-Item -LiteralPath "$guest/common" -Destination $To -Recurse
    }
}

Describe 'The guest''s entry script' {
    BeforeEach {
        New-FakeMachine
        Use-FakeHost
        $code = Join-Path $TestDrive "code-$([Guid]::NewGuid())"
        $root = Join-Path $TestDrive "root-$([Guid]::NewGuid())"
        $null = New-Item -ItemType Directory -Path $root
        Copy-WithFake $code
        Copy-Item -LiteralPath "$guest/functions" -Destination $code -Recurse
        Copy-Item -LiteralPath "$guest/Start-HvoGuest.ps1" -Destination $code
    }

    It 'restarts Windows itself' {
        & "$code/Start-HvoGuest.ps1" -Root $root
        $LASTEXITCODE | Should -Be 0
        $HvoFake.RestartsAsked | Should -Be 1
        Start-FakeBoot
        & "$code/Start-HvoGuest.ps1" -Root $root
        $HvoFake.RestartsAsked | Should -Be 2
        Start-FakeBoot
        & "$code/Start-HvoGuest.ps1" -Root $root
        $LASTEXITCODE | Should -Be 0
        $HvoFake.RestartsAsked | Should -Be 2
        (Get-FakeState).state | Should -Be 'applied'
    }

    It 'has cloudbase-init restart Windows' {
        $codes = foreach ($boot in 1..4) {
            & "$code/Start-HvoGuest.ps1" -Root $root -RestartBy ExitCode
            $LASTEXITCODE
            Start-FakeBoot
        }
        $codes | Should -Be @(1003, 1003, 0, 0)
        $HvoFake.RestartsAsked | Should -Be 0
        (Get-FakeState).state | Should -Be 'applied'
    }

    It 'does nothing while another one runs' {
        $lock = [System.IO.File]::Open("$root/guest.lock", 'OpenOrCreate', 'ReadWrite', 'None')
        try { & "$code/Start-HvoGuest.ps1" -Root $root }
        finally { $lock.Dispose() }
        $LASTEXITCODE | Should -Be 0
        $HvoFake.Count | Should -Be 0
    }

    It 'starts over at once when this has become another VM' {
        $again = '0e0e0e0e-1111-4222-8333-444444444444'
        $HvoFake.OnSleep = {
            $HvoFake.Registry['SOFTWARE\Microsoft\Virtual Machine\Guest\Parameters|VirtualMachineId'] = $again
            Use-FakeHost -Header @{ vm = $again }
        }
        & "$code/Start-HvoGuest.ps1" -Root $root
        (Get-FakeState).vm | Should -Be $again
    }
}

Describe 'The starter''s entry script' {
    BeforeEach {
        New-FakeMachine
        $HvoFake.Registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State|ImageState'] = 'IMAGE_STATE_COMPLETE'
        $root = ConvertTo-FakePath (Join-Path $TestDrive "root-$([Guid]::NewGuid())")
        Copy-WithFake "$root/boot"
        Copy-Item -LiteralPath "$guest/bootstrap/functions" -Destination "$root/boot" -Recurse
        Copy-Item -LiteralPath "$guest/bootstrap/Start-HvoBootstrap.ps1" -Destination "$root/boot"
        $code = "$root/guest/5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d/code"
        $null = New-Item -ItemType Directory -Path $code
        $null = $HvoFake.Folders.Add($code)
        $HvoFake.Files["$code/hvo-guest.json"] = [System.IO.File]::ReadAllText("$guest/hvo-guest.json")
    }

    It 'starts the guest with what it was given, and ends as that does' {
        Set-Content -LiteralPath "$code/Start-HvoGuest.ps1" -Value @'
param([string] $Root, [string] $RestartBy)
$global:HvoFake.Given = "$Root $RestartBy"
exit 1003
'@
        & "$root/boot/Start-HvoBootstrap.ps1" -Root $root -RestartBy ExitCode
        $LASTEXITCODE | Should -Be 1003
        $HvoFake.Given | Should -Be "$root ExitCode"
    }

    It 'tries again what breaks unforeseen, and writes no text of the error down' {
        Set-Content -LiteralPath "$code/Start-HvoGuest.ps1" -Value @'
param([string] $Root, [string] $RestartBy)
$global:HvoFake.Tries++
if ($global:HvoFake.Tries -lt 3) { throw 'Canary-7f3a' }
exit 0
'@
        $HvoFake.Tries = 0
        & "$root/boot/Start-HvoBootstrap.ps1" -Root $root
        $LASTEXITCODE | Should -Be 0
        $HvoFake.Tries | Should -Be 3
        $HvoFake.Slept | Should -Be 120
        @($HvoFake.Log | Where-Object { $_ -match ' Broke ' }).Count | Should -Be 2
        ($HvoFake.Log -join '') | Should -Not -Match 'Canary'
    }

    It 'gives up after half an hour, until the next boot' {
        Set-Content -LiteralPath "$code/Start-HvoGuest.ps1" -Value 'throw "always"'
        & "$root/boot/Start-HvoBootstrap.ps1" -Root $root
        $LASTEXITCODE | Should -Be 1
        $HvoFake.Slept | Should -Be 1740
    }

    It 'ends at once where there is nothing to do' {
        $HvoFake.Folders.Clear()
        & "$root/boot/Start-HvoBootstrap.ps1" -Root $root
        $LASTEXITCODE | Should -Be 0
    }
}
