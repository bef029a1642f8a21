BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    . "$PSScriptRoot/Fakes/Import-Guest.ps1"
}

Describe 'Start-HvoGuest.ps1' {
    BeforeEach {
        New-FakeMachine
        Use-FakeHost
        $code = Join-Path $TestDrive "code-$([Guid]::NewGuid())"
        $root = Join-Path $TestDrive "root-$([Guid]::NewGuid())"
        $null = New-Item -ItemType Directory -Path $root, $code
        Export-BuiltScript -Name 'Start-HvoGuest.ps1' -Path "$code/Start-HvoGuest.ps1"
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

    It 'does nothing while another instance runs' {
        $lock = [System.IO.File]::Open("$root/guest.lock", 'OpenOrCreate', 'ReadWrite', 'None')
        try {
            & "$code/Start-HvoGuest.ps1" -Root $root
        } finally {
            $lock.Dispose()
        }
        $LASTEXITCODE | Should -Be 0
        $HvoFake.Count | Should -Be 0
    }

    It 'starts over at once when the VM has changed' {
        $again = '0e0e0e0e-1111-4222-8333-444444444444'
        $HvoFake.OnSleep = {
            $HvoFake.Registry['SOFTWARE\Microsoft\Virtual Machine\Guest\Parameters|VirtualMachineId'] = $again
            Use-FakeHost -Header @{ vm = $again }
        }
        & "$code/Start-HvoGuest.ps1" -Root $root
        (Get-FakeState).vm | Should -Be $again
    }
}

Describe 'Start-HvoBootstrap.ps1' {
    BeforeEach {
        New-FakeMachine
        $HvoFake.Registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State|ImageState'] = 'IMAGE_STATE_COMPLETE'
        $root = ConvertTo-FakePath (Join-Path $TestDrive "root-$([Guid]::NewGuid())")
        $null = New-Item -ItemType Directory -Path "$root/boot"
        Export-BuiltScript -Name 'bootstrap/Start-HvoBootstrap.ps1' -Path "$root/boot/Start-HvoBootstrap.ps1"
        $code = "$root/guest/5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d/code"
        $null = New-Item -ItemType Directory -Path $code
        $null = $HvoFake.Folders.Add($code)
        $HvoFake.Files["$code/hvo-guest.json"] = (Get-BuiltFile)['hvo-guest.json']
    }

    It 'passes its parameters to the guest and returns its exit code' {
        Set-Content -LiteralPath "$code/Start-HvoGuest.ps1" -Value @'
param([string] $Root, [string] $RestartBy)
$global:HvoFake.Given = "$Root $RestartBy"
exit 1003
'@
        & "$root/boot/Start-HvoBootstrap.ps1" -Root $root -RestartBy ExitCode
        $LASTEXITCODE | Should -Be 1003
        $HvoFake.Given | Should -Be "$root ExitCode"
    }

    It 'retries after an unexpected error, and does not log its text' {
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
        @($HvoFake.Log | Where-Object { $_ -match ' UnexpectedError ' }).Count | Should -Be 2
        ($HvoFake.Log -join '') | Should -Not -Match 'Canary'
    }

    It 'gives up after half an hour, until the next boot' {
        Set-Content -LiteralPath "$code/Start-HvoGuest.ps1" -Value 'throw "always"'
        & "$root/boot/Start-HvoBootstrap.ps1" -Root $root
        $LASTEXITCODE | Should -Be 1
        $HvoFake.Slept | Should -Be 1740
    }

    It 'ends at once if there is nothing to do' {
        $HvoFake.Folders.Clear()
        & "$root/boot/Start-HvoBootstrap.ps1" -Root $root
        $LASTEXITCODE | Should -Be 0
    }
}
