BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    . "$PSScriptRoot/Fakes/Import-Guest.ps1"
    foreach ($file in [System.IO.Directory]::GetFiles("$guest/prepare/functions", '*.ps1')) { . $file }
    function Register-ScheduledTask {
        param([string] $TaskPath, [string] $TaskName, [string] $Xml, [switch] $Force)
        $HvoFake.Task = @{ Path = $TaskPath; Name = $TaskName; Xml = [xml]$Xml }
    }
    function Test-HvoElevated { $HvoFake.Elevated }
    function Get-Service {
        [CmdletBinding()]
        param([string] $Name)
        if ($HvoFake.Exchange) { [pscustomobject]@{ StartType = $HvoFake.Exchange } }
    }
    function Set-Service {
        param([string] $Name, [string] $StartupType)
        $HvoFake.Exchange = $StartupType
    }
    function Read-Real {
        param([string] $Name)
        [System.IO.File]::ReadAllText("$guest/prepare/$Name")
    }
}

Describe 'The image preparation' {
    BeforeEach {
        New-FakeMachine
        $HvoFake.Elevated = $true
        $HvoFake.Exchange = 'Manual'
        foreach ($name in 'task.xml', 'unattend.xml') { $HvoFake.Files["/disc/prepare/$name"] = Read-Real $name }
        foreach ($name in 'bootstrap/Start-HvoBootstrap.ps1', 'border/a.ps1', 'common/b.ps1') {
            $HvoFake.Files["/disc/$name"] = $name
        }
    }

    It 'installs the starter and forgets what an earlier life has left' {
        $HvoFake.Keys['11111111-1111-4111-8111-111111111111'] = Get-FakeKey
        $null = $HvoFake.Folders.AddRange(@('/hvo', '/hvo/guest', '/hvo/guest/11111111-1111-4111-8111-111111111111'))
        $HvoFake.Files['/hvo/evil.ps1'] = 'planted'
        Install-HvoBootstrap -Disc '/disc' -Root '/hvo'
        $HvoFake.Keys.Count | Should -Be 0
        $HvoFake.Files.Keys | Should -Not -Contain '/hvo/evil.ps1'
        $HvoFake.Files['/hvo/boot/Start-HvoBootstrap.ps1'] | Should -Be 'bootstrap/Start-HvoBootstrap.ps1'
        $HvoFake.Files['/hvo/boot/border/a.ps1'] | Should -Be 'border/a.ps1'
        $HvoFake.Files['/hvo/boot/common/b.ps1'] | Should -Be 'common/b.ps1'
        Install-HvoBootstrap -Disc '/disc' -Root '/hvo'
    }

    It 'takes back what the VM told its host' {
        $HvoFake.Registry['SOFTWARE\Microsoft\Virtual Machine\Guest|ProvisioningState'] = 'x'
        Clear-HvoGuestKvpItem
        Get-FakeRegistry 'Guest' 'ProvisioningState' | Should -BeNullOrEmpty
    }

    It 'registers a task that starts the starter at boot, as SYSTEM, without a time limit' {
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

    It 'says what is missing: <What>' -ForEach @(
        @{ What = 'rights'; Break = { $HvoFake.Elevated = $false }; Text = '*Run as administrator*' }
        @{ What = 'integration services'; Break = { $HvoFake.Exchange = '' }; Text = '*vmickvpexchange*' }
    ) {
        & $Break
        { Assert-HvoImageReady -Starter ScheduledTask } | Should -Throw $Text
    }

    It 'enables a data exchange service that is disabled' {
        $HvoFake.Exchange = 'Disabled'
        Assert-HvoImageReady -Starter ScheduledTask
        $HvoFake.Exchange | Should -Be 'Manual'
    }
}

Describe 'The starter as it is installed' {
    It 'has every function that it calls' {
        $boot = Join-Path $TestDrive 'boot'
        . "$guest/border/Copy-HvoFolder.ps1"
        Copy-HvoFolder -From "$guest/bootstrap" -To $boot
        foreach ($name in 'border', 'common') { Copy-HvoFolder -From "$guest/$name" -To "$boot/$name" }
        $files = Get-ChildItem -LiteralPath $boot -Filter '*.ps1' -Recurse
        $defined = $files.BaseName
        foreach ($file in $files) {
            $tree = [System.Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref]$null, [ref]$null)
            $calls = $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)
            foreach ($call in $calls) {
                $name = $call.GetCommandName()
                if ($name -like '*-Hvo*') { $defined | Should -Contain $name -Because $file.Name }
            }
        }
    }
}

Describe 'Prepare-WindowsImage.ps1' {
    BeforeEach {
        New-FakeMachine
        $HvoFake.Elevated = $true
        $HvoFake.Exchange = 'Manual'
        $before = $env:ProgramData
        $env:ProgramData = '/pd'
        $disc = ConvertTo-FakePath (Join-Path $TestDrive "disc-$([Guid]::NewGuid())")
        Copy-Item -LiteralPath $guest -Destination $disc -Recurse
        Remove-Item -Path "$disc/border/*"
        Copy-Item -Path "$PSScriptRoot/Fakes/Fake*.ps1" -Destination "$disc/border"
        Set-Content -LiteralPath "$disc/prepare/functions/Test-HvoElevated.ps1" -Value @'
function Test-HvoElevated { $HvoFake.Elevated }
function Get-Service { [pscustomobject]@{ StartType = $HvoFake.Exchange } }
function Register-ScheduledTask {
    param([string] $TaskPath, [string] $TaskName, [string] $Xml, [switch] $Force)
    $HvoFake.Task = $Xml
}
'@
        foreach ($file in Get-ChildItem -LiteralPath $disc -Recurse -File) {
            $HvoFake.Files[(ConvertTo-FakePath $file.FullName)] = [System.IO.File]::ReadAllText($file.FullName)
        }
        $answers = '/pd\HyperVOperator\unattend.xml'.Replace('\', '/')
    }
    AfterEach { $env:ProgramData = $before }

    It 'prepares the image and says what to do next' {
        $said = & "$disc/prepare/Prepare-WindowsImage.ps1"
        ($said -join "`n") | Should -Match 'sysprep\.exe /generalize /oobe /shutdown /unattend:'
        $HvoFake.Task | Should -Match 'Start-HvoBootstrap\.ps1'
        $HvoFake.Files[$answers] | Should -Match '<AdministratorPassword>'
        $HvoFake.Files.Keys | Should -Contain '/pd/HyperVOperator/boot/Start-HvoBootstrap.ps1'
        $HvoFake.Files.Keys | Should -Contain '/pd/HyperVOperator/boot/functions/Install-HvoGuestScript.ps1'
        $HvoFake.Files.Keys | Should -Contain '/pd/HyperVOperator/boot/common/New-HvoGuestContext.ps1'
        [string]($said -join '') | Should -Not -Match 'aA1-' -Because 'the password is nobody''s business'
    }

    It 'can be run again: an answer file is kept, or replaced with -Force' {
        $null = & "$disc/prepare/Prepare-WindowsImage.ps1"
        $HvoFake.Files[$answers] = 'mine'
        $null = & "$disc/prepare/Prepare-WindowsImage.ps1"
        $HvoFake.Files[$answers] | Should -Be 'mine'
        $null = & "$disc/prepare/Prepare-WindowsImage.ps1" -Force
        $HvoFake.Files[$answers] | Should -Match '<AdministratorPassword>'
    }

    It 'changes nothing with -WhatIf, or where something is missing' {
        $null = & "$disc/prepare/Prepare-WindowsImage.ps1" -WhatIf
        $HvoFake.Elevated = $false
        { & "$disc/prepare/Prepare-WindowsImage.ps1" } | Should -Throw '*Run as administrator*'
        $HvoFake.Count | Should -Be 0
    }

    It 'has cloudbase-init start the guest, and keeps a configuration that is there' {
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
        }
        finally { $env:ProgramFiles = $before2 }
    }
}
