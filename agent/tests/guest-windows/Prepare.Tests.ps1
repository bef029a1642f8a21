BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    . "$PSScriptRoot/Fakes/Import-Guest.ps1"
    function Get-Service {
        [CmdletBinding()]
        param([string] $Name)
        if ($HvoFake.Exchange) { [PSCustomObject]@{ StartType = $HvoFake.Exchange } }
    }
    function Set-Service {
        [CmdletBinding()]
        param([Parameter(Mandatory)] [string] $Name, [string] $StartupType)
        $HvoFake.Exchange = $StartupType
    }
}

Describe 'The image preparation' {
    BeforeEach {
        New-FakeMachine
        $HvoFake.Exchange = 'Manual'
        foreach ($name in (Get-BuiltFile).Keys) { $HvoFake.Files["/disc/$name"] = (Get-BuiltFile)[$name] }
    }

    It 'installs the bootstrap script and deletes what an earlier run has left' {
        $HvoFake.Keys['11111111-1111-4111-8111-111111111111'] = Get-FakeKey
        $null = $HvoFake.Folders.AddRange(@('/hvo', '/hvo/guest', '/hvo/guest/11111111-1111-4111-8111-111111111111'))
        $HvoFake.Files['/hvo/evil.ps1'] = 'planted'
        Install-HvoBootstrap -Disc '/disc' -Root '/hvo'
        $HvoFake.Keys.Count | Should -Be 0
        $HvoFake.Files.Keys | Should -Not -Contain '/hvo/evil.ps1'
        @($HvoFake.Files.Keys | Where-Object { $_ -like '/hvo/*' }) | Should -Be '/hvo/boot/Start-HvoBootstrap.ps1'
        $HvoFake.Files['/hvo/boot/Start-HvoBootstrap.ps1'] |
            Should -BeExactly (Get-BuiltFile)['bootstrap/Start-HvoBootstrap.ps1']
        Install-HvoBootstrap -Disc '/disc' -Root '/hvo'
    }

    It 'removes what the VM has published to its host' {
        $HvoFake.Registry['SOFTWARE\Microsoft\Virtual Machine\Guest|ProvisioningState'] = 'x'
        Clear-HvoGuestKvpItem
        Get-FakeRegistry 'Guest' 'ProvisioningState' | Should -BeNullOrEmpty
    }

    It 'registers a task that runs the bootstrap script at boot, as SYSTEM, without a time limit' {
        Register-HvoScheduledTask -Prepare '/disc/prepare' -Root 'C:\ProgramData\HyperVOperator'
        $task = $HvoFake.Task.Xml.Task
        $task.Triggers.BootTrigger.Enabled | Should -Be 'true'
        $task.Principals.Principal.UserId | Should -Be 'S-1-5-18'
        $task.Settings.ExecutionTimeLimit | Should -Be 'PT0S'
        $task.Settings.MultipleInstancesPolicy | Should -Be 'IgnoreNew'
        $task.Actions.Exec.Arguments |
            Should -Match '-File "C:\\ProgramData\\HyperVOperator\\boot\\Start-HvoBootstrap\.ps1" -Root "C:\\ProgramData\\HyperVOperator"'
        [string]$HvoFake.Task.Xml.OuterXml | Should -Not -Match '\{root\}'
    }

    It 'writes an answer file with another random password each time' {
        Write-HvoAnswerFile -Prepare '/disc/prepare' -Path '/hvo/one.xml'
        Write-HvoAnswerFile -Prepare '/disc/prepare' -Path '/hvo/two.xml'
        $passwords = foreach ($name in 'one', 'two') {
            $answers = [xml]$HvoFake.Files["/hvo/$name.xml"]
            $value = $answers.SelectSingleNode("//*[local-name()='AdministratorPassword']/*[local-name()='Value']").InnerText
            $value.Length | Should -BeGreaterThan 30
            $value
        }
        $passwords[0] | Should -Not -Be $passwords[1]
    }

    It 'reports what is missing: <What>' -ForEach @(
        @{ What = 'rights'; Break = { $HvoFake.Elevated = $false }; Text = '*Run as administrator*' }
        @{ What = 'integration services'; Break = { $HvoFake.Exchange = '' }; Text = '*vmickvpexchange*' }
    ) {
        & $Break
        { Assert-HvoImageReady -Starter ScheduledTask } | Should -Throw $Text
    }

    It 'enables a data exchange service that is disabled' {
        $HvoFake.Exchange = 'Disabled'
        Enable-HvoDataExchange
        $HvoFake.Exchange | Should -Be 'Manual'
    }
}

Describe 'Prepare-WindowsImage.ps1' {
    BeforeEach {
        New-FakeMachine
        $HvoFake.Exchange = 'Manual'
        $before = $env:ProgramData
        $env:ProgramData = '/pd'
        $disc = ConvertTo-FakePath (Join-Path $TestDrive "disc-$([Guid]::NewGuid())")
        foreach ($name in (Get-BuiltFile).Keys) { $HvoFake.Files["$disc/$name"] = (Get-BuiltFile)[$name] }
        $null = New-Item -ItemType Directory -Path "$disc/prepare"
        Export-BuiltScript -Name 'prepare/Prepare-WindowsImage.ps1' -Path "$disc/prepare/Prepare-WindowsImage.ps1"
        $answers = '/pd\HyperVOperator\unattend.xml'.Replace('\', '/')
    }
    AfterEach { $env:ProgramData = $before }

    It 'prepares the image and prints the next steps' {
        $output = & "$disc/prepare/Prepare-WindowsImage.ps1"
        ($output -join "`n") | Should -Match 'sysprep\.exe /generalize /oobe /shutdown /unattend:'
        [string]$HvoFake.Task.Xml.OuterXml | Should -Match 'Start-HvoBootstrap\.ps1'
        $HvoFake.Files[$answers] | Should -Match '<AdministratorPassword>'
        $HvoFake.Files.Keys | Should -Contain '/pd/HyperVOperator/boot/Start-HvoBootstrap.ps1'
        [string]($output -join '') | Should -Not -Match 'aA1-' -Because 'the password must stay unknown'
        $HvoFake.Files['/pd/HyperVOperator/image-password'] | Should -Be $HvoFake.SmbiosUuid.ToLowerInvariant()
        ConvertTo-FakePath $HvoFake.Files['/pd/HyperVOperator/answer-file'] | Should -Be $answers
    }

    It 'leaves the administrator of the VM alone in which the image is made, also after a restart' {
        $null = & "$disc/prepare/Prepare-WindowsImage.ps1"
        Start-FakeBoot
        $HvoFake.Registry['SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State|ImageState'] = 'IMAGE_STATE_COMPLETE'
        $null = Install-HvoGuestScript -Root '/pd/HyperVOperator'
        (Get-FakeAccount 'Administrator').Password | Should -Be 'image'
        $HvoFake.Files.Keys | Should -Contain $answers
    }

    It 'can be run again: an answer file is kept, or replaced with -Force' {
        $null = & "$disc/prepare/Prepare-WindowsImage.ps1"
        $HvoFake.Files[$answers] = 'mine'
        $null = & "$disc/prepare/Prepare-WindowsImage.ps1"
        $HvoFake.Files[$answers] | Should -Be 'mine'
        $null = & "$disc/prepare/Prepare-WindowsImage.ps1" -Force
        $HvoFake.Files[$answers] | Should -Match '<AdministratorPassword>'
    }

    It 'changes nothing with -WhatIf, or if a requirement is missing' {
        $null = & "$disc/prepare/Prepare-WindowsImage.ps1" -WhatIf
        $HvoFake.Elevated = $false
        { & "$disc/prepare/Prepare-WindowsImage.ps1" } | Should -Throw '*Run as administrator*'
        $HvoFake.Count | Should -Be 0
    }

    It 'has cloudbase-init run the bootstrap script, and keeps an existing configuration' {
        $before2 = $env:ProgramFiles
        $env:ProgramFiles = '/pf'
        try {
            $theirs = '/pf/Cloudbase Solutions/Cloudbase-Init'
            Register-HvoLocalScript -Prepare "$disc/prepare" -Root 'C:\ProgramData\HyperVOperator'
            $HvoFake.Files["$theirs/LocalScripts/hvo-guest.ps1"] | Should -Match "C:\\ProgramData\\HyperVOperator\\boot"
            $HvoFake.Files["$theirs/conf/cloudbase-init.conf"] | Should -Match 'LocalScriptsPlugin'
            $HvoFake.Files["$theirs/conf/cloudbase-init.conf"] = 'mine'
            $warnings = @(Register-HvoLocalScript -Prepare "$disc/prepare" -Root 'C:\x' 3>&1)
            $warnings.Count | Should -Be 1
            $HvoFake.Files["$theirs/conf/cloudbase-init.conf"] | Should -Be 'mine'
        } finally {
            $env:ProgramFiles = $before2
        }
    }
}
