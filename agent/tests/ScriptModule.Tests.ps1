# Why each call of a function of a module has -ErrorAction: what a script with a preference of its own gets from one.
BeforeAll {
    Set-StrictMode -Version Latest
    # A module as NetTCPIP, NetAdapter, DnsClient, ScheduledTasks and NetSecurity are: its commands are functions, which have the scope of
    # the module and not that of the caller (about_Modules, PowerShell#4568).
    $modules = Join-Path $TestDrive 'modules'
    $null = New-Item -ItemType Directory -Path "$modules/HvoThings"
    Set-Content -LiteralPath "$modules/HvoThings/HvoThings.psm1" -Value @'
function New-NetThing {
    [CmdletBinding()]
    param([string] $Name)
    $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([InvalidOperationException]::new("No $Name."), 'Failed', 'InvalidResult', $Name))
}
'@
    function Invoke-Script {
        param([string] $Text)
        Set-Content -LiteralPath "$TestDrive/script.ps1" -Value "Set-StrictMode -Version Latest`n`$ErrorActionPreference = 'Stop'`n$Text`n'went on'"
        & "$TestDrive/script.ps1" 2>$null
    }
    Import-Module -Name "$modules/HvoThings/HvoThings.psm1"
    $before = $global:ErrorActionPreference
}

AfterAll {
    Remove-Module -Name 'HvoThings'
    $global:ErrorActionPreference = $before
}

Describe 'The preference of a script' {
    BeforeEach { $global:ErrorActionPreference = 'Continue' }

    It 'does not stop it at an error of a function of a module' {
        Invoke-Script 'New-NetThing -Name a' | Should -Be 'went on'
    }

    It 'does so only with -ErrorAction, also from a table that is splatted' {
        { Invoke-Script 'New-NetThing -Name a -ErrorAction Stop' } | Should -Throw 'No a.'
        { Invoke-Script '$how = @{ Name = "a"; ErrorAction = "Stop" }; New-NetThing @how' } | Should -Throw 'No a.'
    }

    It 'stops it at an error of a cmdlet, and of a function of its own' {
        { Invoke-Script "Get-Item -LiteralPath '$TestDrive/none'" } | Should -Throw
        { Invoke-Script 'function New-Own { [CmdletBinding()] param() Write-Error "Own." }; New-Own' } | Should -Throw 'Own.'
    }

    It 'would do so if it were global, which is not a script''s to set' {
        $global:ErrorActionPreference = 'Stop'
        { Invoke-Script 'New-NetThing -Name a' } | Should -Throw 'No a.'
    }
}
