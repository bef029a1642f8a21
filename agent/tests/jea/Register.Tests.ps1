BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    $jea = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../jea")
    foreach ($file in [System.IO.Directory]::GetFiles("$jea/functions", '*.ps1', 'AllDirectories')) { . $file }

    # A host in memory: its accounts, rights and registered endpoints.
    function Get-HvoSid {
        param([string] $Name)
        $fake.Sids[$Name]
    }
    function Get-HvoFolderWriter {
        param([string] $Path)
        $fake.Writers
    }
    function Get-PSSessionConfiguration {
        [CmdletBinding()]
        param([string] $Name, [switch] $Force)
        $fake.Registered[$Name]
    }
    function Unregister-PSSessionConfiguration {
        [CmdletBinding()]
        param([Parameter(Mandatory)] [string] $Name, [switch] $Force, [switch] $NoServiceRestart)
        $fake.Registered.Remove($Name)
        $fake.Changes += 'unregister'
    }
    function Test-PSSessionConfigurationFile {
        [CmdletBinding()]
        param([Parameter(Mandatory)] [string] $Path)
        $true
    }
    function Register-PSSessionConfiguration {
        [CmdletBinding()]
        param([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [string] $Path, [string] $AccessMode, [switch] $Force, [switch] $NoServiceRestart)
        $fake.Registered[$Name] = [pscustomobject](Import-PowerShellDataFile -LiteralPath $Path)
        $fake.File = $Path
        $fake.Changes += 'register'
    }
    function New-Configuration {
        param([string] $Group = 'EXAMPLE\operators', [hashtable] $Account = @{ RunAsVirtualAccount = $true })
        Get-HvoSessionConfiguration -Template "$jea/HyperVOperator.pssc" -Group $Group -Account $Account
    }
}

Describe 'The session configuration' {
    It 'is locked down, writes no transcript, and gives one role to one group' {
        $made = New-Configuration
        $made.SessionType | Should -Be 'RestrictedRemoteServer'
        $made.LanguageMode | Should -Be 'NoLanguage'
        $made.ContainsKey('TranscriptDirectory') | Should -BeFalse
        $made.ContainsKey('ScriptsToProcess') | Should -BeFalse
        @($made.RoleDefinitions.Keys) | Should -Be @('EXAMPLE\operators')
        $made.RoleDefinitions['EXAMPLE\operators'].RoleCapabilities | Should -Be 'HyperVOperator'
        $made.RunAsVirtualAccount | Should -BeTrue
    }

    It 'runs as a group managed service account instead of a virtual one' {
        $made = New-Configuration -Account @{ GroupManagedServiceAccount = 'EXAMPLE\hvo$' }
        $made.ContainsKey('RunAsVirtualAccount') | Should -BeFalse
        $made.GroupManagedServiceAccount | Should -Be 'EXAMPLE\hvo$'
    }

    It 'has a digest of everything in its description' {
        $descriptions = @(
            (New-Configuration).Description
            (New-Configuration -Group 'EXAMPLE\others').Description
            (New-Configuration -Account @{ GroupManagedServiceAccount = 'EXAMPLE\hvo$' }).Description
            (New-Configuration -Account @{ RunAsVirtualAccount = $true; RunAsVirtualAccountGroups = @('Hyper-V Administrators') }).Description
        )
        @($descriptions | Select-Object -Unique).Count | Should -Be 4
        (New-Configuration).Description | Should -Be $descriptions[0]
    }

    It 'offers a role with one function and nothing else' {
        $text = [System.IO.File]::ReadAllText("$jea/HyperVOperator/RoleCapabilities/HyperVOperator.psrc")
        Set-Content -LiteralPath "$TestDrive/role.psd1" -Value $text
        $role = Import-PowerShellDataFile -LiteralPath "$TestDrive/role.psd1"
        $role.VisibleFunctions | Should -Be 'Invoke-HvoJob'
        foreach ($kind in 'Cmdlets', 'Aliases', 'ExternalCommands', 'Providers') { $role["Visible$kind"] | Should -BeNullOrEmpty }
    }
}

Describe 'Registering the endpoint' {
    BeforeEach { $fake = @{ Registered = @{}; Changes = @(); File = '' } }

    It 'registers once, and not again what is the same' {
        Register-HvoSessionConfiguration -Name 'HyperVOperator' -Configuration (New-Configuration) | Should -BeTrue
        Register-HvoSessionConfiguration -Name 'HyperVOperator' -Configuration (New-Configuration) | Should -BeFalse
        $fake.Changes | Should -Be @('register')
        $fake.Registered.HyperVOperator.LanguageMode | Should -Be 'NoLanguage'
        $fake.File | Should -Not -Exist
    }

    It 'replaces an endpoint that differs' {
        $null = Register-HvoSessionConfiguration -Name 'HyperVOperator' -Configuration (New-Configuration)
        $changed = New-Configuration -Group 'EXAMPLE\others'
        Register-HvoSessionConfiguration -Name 'HyperVOperator' -Configuration $changed | Should -BeTrue
        $fake.Changes | Should -Be @('register', 'unregister', 'register')
    }

    It 'replaces an endpoint of that name that is not ours' {
        $fake.Registered.HyperVOperator = [pscustomobject]@{ Name = 'HyperVOperator' }
        Register-HvoSessionConfiguration -Name 'HyperVOperator' -Configuration (New-Configuration) | Should -BeTrue
    }
}

Describe 'What is checked before' {
    BeforeEach { $fake = @{ Sids = @{ 'EXAMPLE\operators' = 'S-1-5-21-1-2-3-1105' }; Writers = @('S-1-5-18', 'S-1-5-32-544') } }

    It 'takes a group of its own' { { Assert-HvoGroup -Group 'EXAMPLE\operators' } | Should -Not -Throw }

    It 'refuses a group that is not there' {
        { Assert-HvoGroup -Group 'EXAMPLE\nobody' } | Should -Throw '*There is no group or account EXAMPLE\nobody*'
    }

    It 'refuses a group that everybody is in: <Sid>' -ForEach @(
        @{ Sid = 'S-1-1-0' }, @{ Sid = 'S-1-5-11' }, @{ Sid = 'S-1-5-32-545' }, @{ Sid = 'S-1-5-21-1-2-3-513' }
        @{ Sid = 'S-1-5-21-1-2-3-515' }, @{ Sid = 'S-1-5-2' }
    ) {
        $fake.Sids['wide'] = $Sid
        { Assert-HvoGroup -Group 'wide' } | Should -Throw '*too many members*'
    }

    It 'refuses a folder without the agent, and one that others may change' {
        { Assert-HvoAgentFolder -Path "$TestDrive/none" } | Should -Throw '*Invoke-HvoJob.ps1 is not in*'
        $null = New-Item -ItemType Directory -Path "$TestDrive/agent"
        foreach ($name in 'Invoke-HvoJob', 'Invoke-ProvisioningJob', 'Get-HostInventory') {
            Set-Content -LiteralPath "$TestDrive/agent/$name.ps1" -Value ''
        }
        { Assert-HvoAgentFolder -Path "$TestDrive/agent" } | Should -Not -Throw
        $fake.Writers += 'S-1-5-32-545'
        { Assert-HvoAgentFolder -Path "$TestDrive/agent" } | Should -Throw '*S-1-5-32-545 may change*icacls*'
    }
}

Describe 'The folders of images and machines' {
    BeforeEach {
        $fake = @{ Writers = @('S-1-5-18', 'S-1-5-32-544', 'S-1-5-32-545'); Named = @(); Calls = @() }
        $folder = (New-Item -ItemType Directory -Path "$TestDrive/$([guid]::NewGuid())").FullName
        # What icacls does: inherited rights go, those given by name stay, the owner changes.
        function icacls.exe {
            $fake.Calls += "$(@($args | Select-Object -Skip 1))"
            if ($args -contains '/inheritance:r') { $fake.Writers = @('S-1-5-21-9-9-9-1001', 'S-1-5-18', 'S-1-5-32-544') + $fake.Named }
            if ($args -contains '/setowner') { $fake.Writers = @($fake.Writers | Where-Object { $_ -ne 'S-1-5-21-9-9-9-1001' }) }
            $global:LASTEXITCODE = [int]($fake.Calls.Count -eq $fake.FailAt)
        }
        $fake.FailAt = 0
    }

    It 'are those of agent.json: <Text>' -ForEach @(
        @{ Text = '{"allowed_roots": {"images": ["D:\\I"], "machines": ["D:\\V", "E:\\V"]}}'; Roots = @('D:\I', 'D:\V', 'E:\V') }
        @{ Text = '{"allowed_roots": ["D:\\I", "D:\\V", "d:\\v"]}'; Roots = @('D:\I', 'D:\V') }
    ) {
        [System.IO.File]::WriteAllText("$folder/agent.json", $Text)
        @(Get-HvoDataFolder -AgentPath $folder) | Should -Be $Roots
    }

    It 'have to be known' { { Get-HvoDataFolder -AgentPath $folder } | Should -Throw '*does not exist*Write it first*' }

    It 'are taken from everybody but SYSTEM and Administrators, once' {
        Protect-HvoDataFolder -Path $folder | Should -Match 'inherits no rights now'
        $fake.Calls | Should -Be @('/inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F', '/setowner *S-1-5-32-544')
        Protect-HvoDataFolder -Path $folder | Should -Match 'already'
        $fake.Calls.Count | Should -Be 2
    }

    It 'keep the rights of Hyper-V''s VMs' {
        $fake.Writers = @('S-1-5-18', 'S-1-5-32-544', 'S-1-5-83-0', 'S-1-5-83-1-1-2-3-4')
        Protect-HvoDataFolder -Path $folder | Should -Match 'already'
    }

    It 'keep rights that were given by name, with a warning' {
        $fake.Named = @('S-1-5-21-1-2-3-1105')
        $said = @(Protect-HvoDataFolder -Path $folder 3>&1)
        @($said | Where-Object { $_ -is [System.Management.Automation.WarningRecord] }) | Should -Match 'S-1-5-21-1-2-3-1105'
    }

    It 'are not protected by halves without a word' {
        $fake.FailAt = 2
        { Protect-HvoDataFolder -Path $folder } | Should -Throw '*setowner*has failed*'
    }

    It 'are never a volume or the system''s: <Path>' -ForEach @(@{ Path = '/' }, @{ Path = '{ProgramData}' }) {
        $before = $env:ProgramData
        $env:ProgramData = $folder
        try {
            { Protect-HvoDataFolder -Path $Path.Replace('{ProgramData}', $folder) } | Should -Throw '*belongs to more than the operator*'
        } finally {
            $env:ProgramData = $before
        }
        $fake.Calls.Count | Should -Be 0
    }

    It 'that do not exist are warned of' {
        $said = @(Protect-HvoDataFolder -Path "$folder/none" 3>&1)
        $said.Count | Should -Be 1
        [string]$said[0] | Should -Match 'does not exist'
    }
}

Describe 'Installing the module' {
    It 'puts the module in place with the agent''s folder fixed in it, also over an older one and what an ended try has left' {
        $before = $env:ProgramFiles
        $env:ProgramFiles = Join-Path $TestDrive 'programs'
        try {
            $target = Join-Path $env:ProgramFiles 'WindowsPowerShell/Modules/HyperVOperator'
            $null = New-Item -ItemType Directory -Path "$target/old", "$target.new/left"
            foreach ($agent in 'C:\One', 'C:\Two') {
                Install-HvoModule -Source "$jea/HyperVOperator" -AgentPath $agent
                $settings = Get-Content -LiteralPath "$target/endpoint.json" -Raw | ConvertFrom-Json
                $settings.agent | Should -Be $agent
                "$target/RoleCapabilities/HyperVOperator.psrc" | Should -Exist
                "$target/old" | Should -Not -Exist
                "$target.new" | Should -Not -Exist
                "$target.old" | Should -Not -Exist
            }
        }
        finally { $env:ProgramFiles = $before }
    }
}
