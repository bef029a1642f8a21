BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    $jea = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../jea")
    foreach ($file in [System.IO.Directory]::GetFiles("$jea/functions", '*.ps1', 'AllDirectories')) { . $file }

    function New-Certificate {
        param([string] $Thumbprint = ('A' * 40), [string[]] $Names = @('hyperv01.example.com'), [int] $From = -10,
            [int] $Until = 90, [bool] $HasPrivateKey = $true, [bool] $ForServer = $true)
        $now = [DateTime]::UtcNow
        [pscustomobject]@{ Thumbprint = $Thumbprint; Names = $Names; NotBefore = $now.AddDays($From)
            NotAfter = $now.AddDays($Until); HasPrivateKey = $HasPrivateKey; ForServer = $ForServer
        }
    }
    function Get-HvoCertificate { $fake.Certificates }
    function Get-WSManInstance {
        [CmdletBinding()]
        param([Parameter(Mandatory)] [string] $ResourceURI, [switch] $Enumerate)
        if ($ResourceURI -eq 'winrm/config/service') { return [pscustomobject]@{ AllowUnencrypted = $fake.Unencrypted } }
        if ($ResourceURI -eq 'winrm/config/service/auth') { return [pscustomobject]@{ Basic = $fake.Basic } }
        $fake.Listeners
    }
    function New-WSManInstance {
        [CmdletBinding()]
        param([Parameter(Mandatory)] [string] $ResourceURI, [Parameter(Mandatory)] [hashtable] $SelectorSet, [hashtable] $ValueSet)
        $fake.Listeners += [pscustomobject]($SelectorSet + $ValueSet)
        $fake.Changes += 'new'
    }
    function Set-WSManInstance {
        [CmdletBinding()]
        param([Parameter(Mandatory)] [string] $ResourceURI, [hashtable] $SelectorSet, [hashtable] $ValueSet)
        $fake.Listeners = @($fake.Listeners | Where-Object { $_.Transport -ne $SelectorSet.Transport })
        $fake.Listeners += [pscustomobject]($SelectorSet + $ValueSet)
        $fake.Changes += 'set'
    }
    function Get-NetFirewallRule {
        [CmdletBinding()]
        param([Parameter(Mandatory)] [string] $Name)
        $fake.Rules[$Name]
    }
    function New-NetFirewallRule {
        [CmdletBinding()]
        param([string] $Name, [Parameter(Mandatory)] [string] $DisplayName, [string] $Direction, [string] $Action, [string] $Protocol,
            [string] $LocalPort, [string] $Profile, [string[]] $RemoteAddress, [string] $Enabled)
        $fake.Rules[$Name] = [pscustomobject]@{ LocalPort = $LocalPort; RemoteAddress = $RemoteAddress }
    }
    function Set-NetFirewallRule {
        [CmdletBinding()]
        param([Parameter(Mandatory)] [string] $Name, [string] $Direction, [string] $Action, [string] $Protocol, [string] $LocalPort,
            [string] $Profile, [string[]] $RemoteAddress, [string] $Enabled)
        $fake.Rules[$Name].LocalPort = $LocalPort
        $fake.Rules[$Name].RemoteAddress = $RemoteAddress
    }
}

Describe 'The listener''s certificate' {
    BeforeEach { $fake = @{ Certificates = @() } }

    It 'is the one that is valid longest' {
        $fake.Certificates = @((New-Certificate -Thumbprint ('A' * 40) -Until 30), (New-Certificate -Thumbprint ('B' * 40)))
        Find-HvoCertificate -HostName 'hyperv01.example.com' | Should -Be ('B' * 40)
    }

    It 'is the one that is asked for' {
        $fake.Certificates = @((New-Certificate -Thumbprint ('A' * 40)), (New-Certificate -Thumbprint ('B' * 40)))
        Find-HvoCertificate -HostName 'hyperv01.example.com' -Thumbprint ('A' * 40) | Should -Be ('A' * 40)
    }

    It 'may be a wildcard''s for one label: <Pattern> for <HostName>' -ForEach @(
        @{ Pattern = '*.example.com'; HostName = 'hyperv01.example.com'; Fits = $true }
        @{ Pattern = '*.example.com'; HostName = 'a.b.example.com'; Fits = $false }
        @{ Pattern = '*.example.com'; HostName = 'example.com'; Fits = $false }
        @{ Pattern = 'HYPERV01.example.com'; HostName = 'hyperv01.example.com'; Fits = $true }
        @{ Pattern = ''; HostName = 'hyperv01.example.com'; Fits = $false }
    ) { Test-HvoCertificateName -Pattern $Pattern -HostName $HostName | Should -Be $Fits }

    It 'is refused with the reason: <Reason>' -ForEach @(
        @{ Change = @{ HasPrivateKey = $false }; Reason = 'no private key' }
        @{ Change = @{ Until = -1 }; Reason = 'expired' }
        @{ Change = @{ From = 1 }; Reason = 'not valid yet' }
        @{ Change = @{ ForServer = $false }; Reason = 'not for server authentication' }
        @{ Change = @{ Names = @('other.example.com') }; Reason = 'is for other.example.com, not for hyperv01.example.com' }
    ) {
        $fake.Certificates = @(New-Certificate @Change)
        { Find-HvoCertificate -HostName 'hyperv01.example.com' } | Should -Throw "*$Reason*issue one*"
    }

    It 'is missed where there is none' {
        { Find-HvoCertificate -HostName 'hyperv01.example.com' } | Should -Throw '*There is none at all*'
    }
}

Describe 'The listener' {
    BeforeEach {
        $fake = @{ Listeners = @([pscustomobject]@{ Transport = 'HTTP'; Address = '*'; Port = '5985' }); Changes = @(); Rules = @{} }
        $how = @{ HostName = 'hyperv01.example.com'; Thumbprint = 'A' * 40; Port = 5986 }
    }

    It 'is made once' {
        Set-HvoHttpsListener @how | Should -Match 'listens on HTTPS'
        Set-HvoHttpsListener @how | Should -Match 'already'
        $fake.Changes | Should -Be @('new')
        $fake.Listeners.Count | Should -Be 2
    }

    It 'is changed when the certificate is renewed' {
        $null = Set-HvoHttpsListener @how
        $how.Thumbprint = 'B' * 40
        Set-HvoHttpsListener @how | Should -Match 'was changed'
        $fake.Changes | Should -Be @('new', 'set')
        $fake.Listeners[-1].CertificateThumbprint | Should -Be ('B' * 40)
    }

    It 'is let through the firewall from the operator''s addresses alone' {
        $null = Set-HvoFirewallRule -Port 5986 -RemoteAddress '10.20.0.0/24'
        $null = Set-HvoFirewallRule -Port 5986 -RemoteAddress '10.20.0.0/24', '10.30.0.1'
        $fake.Rules.Count | Should -Be 1
        $fake.Rules['HyperVOperator-WinRM-HTTPS'].RemoteAddress | Should -Be @('10.20.0.0/24', '10.30.0.1')
    }

    It 'is said to be let through only if the firewall has taken the rule: <Command>' -ForEach @(
        @{ Command = 'Get-NetFirewallRule'; Rules = @{} }
        @{ Command = 'New-NetFirewallRule'; Rules = @{} }
        @{ Command = 'Set-NetFirewallRule'; Rules = @{ 'HyperVOperator-WinRM-HTTPS' = [pscustomobject]@{} } }
    ) {
        $fake.Rules = $Rules
        # A function of a module, as the real one: it does not see the preference of this script.
        $text = "function $Command { [CmdletBinding()] param([Parameter(ValueFromRemainingArguments)] `$Rest) Write-Error 'Access is denied.' }"
        New-Module -Name 'NetSecurity' -ScriptBlock ([scriptblock]::Create($text)) | Import-Module -Scope Local
        { Set-HvoFirewallRule -Port 5986 -RemoteAddress '10.20.0.0/24' } | Should -Throw '*Access is denied*'
    }

    It 'comes with a warning of what is not safe: <Text>' -ForEach @(
        @{ Unencrypted = 'true'; Basic = 'false'; Text = '*unencrypted*' }
        @{ Unencrypted = 'false'; Basic = 'true'; Text = '*Basic*' }
    ) {
        $fake.Unencrypted = $Unencrypted
        $fake.Basic = $Basic
        $warnings = @(Write-HvoServiceWarning 3>&1)
        $warnings.Count | Should -Be 1
        [string]$warnings[0] | Should -BeLike $Text
    }

    It 'comes without a warning where all is well' {
        $fake.Unencrypted = 'false'
        $fake.Basic = 'false'
        @(Write-HvoServiceWarning 3>&1) | Should -BeNullOrEmpty
    }
}
