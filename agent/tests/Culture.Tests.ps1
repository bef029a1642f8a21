# What the scripts make of text is the same under every culture. tests/unit/agent/test_culture.py looks for the causes, these for effects.
BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    Import-Module (Join-Path $PSScriptRoot 'Bundle.psm1')
    $functions = Join-Path $TestDrive 'Functions.ps1'
    [System.IO.File]::WriteAllBytes($functions, (Get-AgentBundle).Files['Functions.ps1'])
    . $functions
    . "$PSScriptRoot/../jea/functions/listener/Test-HvoCertificateName.ps1"
    . "$PSScriptRoot/../guest/windows/lib/log/Write-HvoGuestLog.ps1"
    function Add-HvoLogLine {
        param([string] $Path, [string] $Line)
        $lines.Add("${Path}: $Line")
    }
    $before = [cultureinfo]::CurrentCulture
}

AfterAll { [cultureinfo]::CurrentCulture = $before }

Describe 'Under <_>' -ForEach 'en-US', 'tr-TR', 'th-TH', 'sv-SE' {
    BeforeEach { [cultureinfo]::CurrentCulture = $_ }
    AfterEach { [cultureinfo]::CurrentCulture = $before }

    It 'secrets of the environment have the names of their fields' {
        $env:HVO_SECRET_GUEST_LA_UID = 'a'
        $secrets = Read-HvoSecret
        @($secrets.Keys) | Should -BeExactly 'guest_la_uid'
        Test-Path -Path 'env:HVO_SECRET_GUEST_LA_UID' | Should -BeFalse
    }

    It 'an image''s family is known by its name in any capitals' {
        Get-HvoOsFamily -Fields ([PSCustomObject]@{ image_name = 'WINDOWS SERVER 2022' }) | Should -BeExactly 'windows'
        Get-HvoOsFamily -Fields ([PSCustomObject]@{ image_name = 'DEBIAN 13' }) | Should -BeExactly 'linux'
    }

    It 'numbers and times are written alike' {
        Format-HvoSize 1610612736 | Should -BeExactly '1.5'
        $time = [DateTime]::new(2026, 2, 3, 4, 5, 6, [DateTimeKind]::Utc)
        Get-HvoTimestamp -Time $time | Should -BeExactly '2026-02-03T04:05:06.000Z'
        ConvertFrom-HvoTimestamp '2026-02-03T04:05:06.000Z' | Should -Be $time
        ConvertTo-HvoJson @{ number = -1.5 } | Should -BeExactly '{"number":-1.5}'
    }

    It 'names of images with an I are fields as others' {
        @(Get-HvoInvalidField -Fields ([PSCustomObject]@{ vm_name = 'WIN-I1'; image_name = 'IMAGE'; gb_ram = 1; cpu_cores = 1 })) |
            Should -BeNullOrEmpty
    }

    It 'a path is plain or not' {
        $root = [System.IO.Path]::GetTempPath()
        Test-HvoPlainPath (Join-Path $root 'INFO') | Should -BeTrue
        Test-HvoPlainPath "$root../INFO" | Should -BeFalse
    }

    It 'a name in a certificate is a host''s name or not' {
        Test-HvoCertificateName -Pattern '*.EXAMPLE.COM' -HostName 'hypervi.example.com' | Should -BeTrue
        Test-HvoCertificateName -Pattern 'HYPERVI.example.com' -HostName 'hypervi.EXAMPLE.com' | Should -BeTrue
        Test-HvoCertificateName -Pattern 'hypervi.example.com' -HostName 'a.hypervi.example.com' | Should -BeFalse
    }

    It 'the guest''s log takes the names of its codes, and nothing with a space' {
        $lines = [System.Collections.Generic.List[string]]::new()
        $context = [PSCustomObject]@{ Log = 'log' }
        Write-HvoGuestLog -Context $context -Name 'InvalidData' -Detail 'AddressInUse'
        $lines[0] | Should -Match '\Alog: 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ InvalidData AddressInUse\z'
        { Write-HvoGuestLog -Context $context -Name 'Invalid Data' } | Should -Throw
    }
}
