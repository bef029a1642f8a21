BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    $jea = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../jea")

    function Copy-WithFake {
        # Copies the endpoint's folder with every function replaced that reaches into Windows; calls go into $global:HvoCalls.
        param([string] $To)
        Copy-Item -LiteralPath $jea -Destination $To -Recurse
        foreach ($name in 'Assert-HvoElevatedSession', 'Assert-HvoGroup', 'Assert-HvoAgentFolder', 'Write-HvoTranscriptWarning',
            'Get-HvoDataFolder', 'Protect-HvoDataFolder', 'Install-HvoModule', 'Register-HvoSessionConfiguration', 'Find-HvoCertificate', 'Set-HvoHttpsListener',
            'Set-HvoFirewallRule', 'Write-HvoServiceWarning') {
            $file = (Get-ChildItem -LiteralPath "$To/functions" -Recurse -Filter "$name.ps1").FullName
            Set-Content -LiteralPath $file -Value @"
function $name {
    `$global:HvoCalls += '$name'
    `$global:HvoArguments['$name'] = `$args
    `$global:HvoAnswers['$name']
}
"@
        }
        Set-Content -LiteralPath "$To/functions/Fakes.ps1" -Value @'
function Restart-Service { $global:HvoCalls += 'Restart-Service' }
function Set-Service { $global:HvoCalls += 'Set-Service' }
function Start-Service { $global:HvoCalls += 'Start-Service' }
'@
    }
}

AfterAll {
    foreach ($name in 'HvoCalls', 'HvoArguments', 'HvoAnswers') { Remove-Variable -Name $name -Scope Global }
}

Describe 'The scripts for the host' {
    BeforeEach {
        $global:HvoCalls = @()
        $global:HvoArguments = @{}
        $global:HvoAnswers = @{ 'Get-HvoDataFolder' = 'D:\VMs'; 'Register-HvoSessionConfiguration' = $true; 'Find-HvoCertificate' = 'A' * 40 }
        $copy = Join-Path $TestDrive ([string][Guid]::NewGuid())
        Copy-WithFake $copy
    }

    It 'checks, installs, registers, and restarts WinRM when asked' {
        $said = & "$copy/Register-HvoEndpoint.ps1" -Group 'EXAMPLE\operators' -AgentPath 'C:\Agent' -RestartWinRM
        $HvoCalls | Should -Be @('Assert-HvoElevatedSession', 'Assert-HvoGroup', 'Assert-HvoAgentFolder', 'Write-HvoTranscriptWarning',
            'Get-HvoDataFolder', 'Protect-HvoDataFolder', 'Install-HvoModule', 'Register-HvoSessionConfiguration', 'Restart-Service')
        ($said -join "`n") | Should -Match 'is registered for EXAMPLE\\operators\.'
    }

    It 'warns that WinRM has to be restarted where that was not asked for' {
        $warnings = @(& "$copy/Register-HvoEndpoint.ps1" -Group 'EXAMPLE\operators' 3>&1 |
                Where-Object { $_ -is [System.Management.Automation.WarningRecord] })
        $warnings.Count | Should -Be 1
        $HvoCalls | Should -Not -Contain 'Restart-Service'
    }

    It 'leaves the rights of the folders alone where that is asked for' {
        $null = & "$copy/Register-HvoEndpoint.ps1" -Group 'EXAMPLE\operators' -KeepFolderRights 3>$null
        $HvoCalls | Should -Not -Contain 'Protect-HvoDataFolder'
        $HvoCalls | Should -Contain 'Install-HvoModule'
    }

    It 'restarts nothing where nothing has changed' {
        $HvoAnswers['Register-HvoSessionConfiguration'] = $false
        $said = & "$copy/Register-HvoEndpoint.ps1" -Group 'EXAMPLE\operators' -RestartWinRM
        ($said -join "`n") | Should -Match 'already'
        $HvoCalls | Should -Not -Contain 'Restart-Service'
    }

    It 'changes nothing with -WhatIf' {
        $null = & "$copy/Register-HvoEndpoint.ps1" -Group 'EXAMPLE\operators' -WhatIf
        $null = & "$copy/Set-HvoListener.ps1" -HostName 'hyperv01.example.com' -RemoteAddress '10.20.0.0/24' -WhatIf
        foreach ($name in 'Protect-HvoDataFolder', 'Install-HvoModule', 'Register-HvoSessionConfiguration', 'Set-HvoHttpsListener', 'Set-HvoFirewallRule',
            'Set-Service') { $HvoCalls | Should -Not -Contain $name }
    }

    It 'takes a managed account or a virtual one, not both' {
        $both = @{ Group = 'EXAMPLE\operators'; GroupManagedServiceAccount = 'EXAMPLE\hvo$'; VirtualAccountGroup = 'Users' }
        { & "$copy/Register-HvoEndpoint.ps1" @both } | Should -Throw
        $both.Remove('VirtualAccountGroup')
        $null = & "$copy/Register-HvoEndpoint.ps1" @both 3>$null
        $configuration = $HvoArguments['Register-HvoSessionConfiguration'] | Where-Object { $_ -is [hashtable] }
        $configuration.GroupManagedServiceAccount | Should -Be 'EXAMPLE\hvo$'
        $configuration.ContainsKey('RunAsVirtualAccount') | Should -BeFalse
    }

    It 'sets listener and firewall, and looks at WinRM''s settings' {
        $null = & "$copy/Set-HvoListener.ps1" -HostName 'hyperv01.example.com' -RemoteAddress '10.20.0.0/24'
        $HvoCalls | Should -Be @('Assert-HvoElevatedSession', 'Find-HvoCertificate', 'Set-Service', 'Start-Service',
            'Set-HvoHttpsListener', 'Set-HvoFirewallRule', 'Write-HvoServiceWarning')
    }
}
