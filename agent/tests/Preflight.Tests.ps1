# The preflight: each row says what it found, one that fails costs itself, and nothing on the host changes.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force

    function Get-Preflight {
        param($World, [hashtable] $Change = @{})
        $launch = Invoke-TestAgent $World (New-TestJob $World preflight -Change $Change)
        @($launch.Lines | ForEach-Object { ConvertFrom-Json $_ })
    }

    function Get-Row {
        param($World, [string] $Id, [string] $Subject = '*', [hashtable] $Change = @{})
        @(Get-Preflight $World $Change | Where-Object { $_.type -eq 'row' -and $_.id -eq $Id -and $_.subject -like $Subject })
    }

    function Set-FakeSharedVolume {
        param([string[]] $Path)
        $file = Join-Path $env:HVO_FAKE_STATE 'cluster.json'
        $cluster = ConvertFrom-Json ([System.IO.File]::ReadAllText($file))
        $text = ConvertTo-Json -Depth 5 ([ordered]@{ name = $cluster.name; groups = @($cluster.groups); volumes = @($Path) })
        [System.IO.File]::WriteAllText($file, $text)
    }

    function Get-FileState {
        param($World)
        $files = Get-ChildItem -Recurse -Force $World.Root | Where-Object { $_.Name -ne '.lock' } | Sort-Object FullName
        @($files | ForEach-Object { "$($_.FullName) $($_.Length) $($_.LastWriteTimeUtc.Ticks)" }) -join "`n"
    }
}

AfterAll { Remove-TestHost }

Describe 'The preflight of a host' {
    BeforeEach { $world = New-TestHost }

    It 'says when it was taken, has every row, and ends with an outcome' {
        $lines = Get-Preflight $world
        $lines[0].type | Should -Be 'preflight'
        [Math]::Abs(([DateTime]::UtcNow - ([DateTime]$lines[0].at).ToUniversalTime()).TotalSeconds) | Should -BeLessThan 120
        $lines[-1].outcome | Should -Be 'completed'
        $lines[-1].reason | Should -Be 'Preflight'
        $rows = @($lines | Where-Object { $_.type -eq 'row' })
        foreach ($row in $rows) {
            @($row.PSObject.Properties.Name) | Should -Be @('type', 'id', 'subject', 'state', 'observed', 'expected')
            $row.observed | Should -Not -BeNullOrEmpty
        }
        @($rows.id | Select-Object -Unique) | Should -Be @('LanguageMode', 'PowerShellVersion', 'ExecutionPolicy', 'HyperVModule',
            'ManagementService', 'WinRMListener', 'WinRMQuota', 'AgentFolder', 'ImageFolder', 'MachineFolder', 'FileSystem', 'FreeSpace',
            'FreeMemory', 'Antivirus', 'ProvisioningIso', 'Image', 'VirtualSwitch', 'SwitchVlan', 'FailoverCluster')
        @($rows | Where-Object { $_.state -eq 'blocking' }) | Should -BeNullOrEmpty
        @($rows | Where-Object { $_.state -eq 'warning' }) | Should -BeNullOrEmpty
        @($rows | Where-Object { $_.state -eq 'unknown' } | ForEach-Object { $_.id } | Select-Object -Unique) | Should -Be 'Antivirus'
    }

    It 'changes nothing: no cmdlet that the ledger counts, no file' {
        $null = New-VM -Name 'other' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        $null = Get-Preflight $world
        $before, $ledger = (Get-FileState $world), @(Get-FakeLedger).Count
        $null = Get-Preflight $world
        @(Get-FakeLedger).Count | Should -Be $ledger
        Get-FileState $world | Should -BeExactly $before
    }

    It 'costs one row where <Cmdlet> fails' -ForEach @(
        @{ Cmdlet = 'Get-VMSwitch'; Row = 'VirtualSwitch' }
        @{ Cmdlet = 'Get-Acl'; Row = 'AgentFolder' }
        @{ Cmdlet = 'Get-WSManInstance'; Row = 'WinRMListener' }
        @{ Cmdlet = 'Get-CimInstance Win32_Service'; Row = 'ManagementService' }
    ) {
        Add-FakeFault $Cmdlet -Message 'Access to it is denied.' -Category PermissionDenied
        $lines = Get-Preflight $world
        $lines[-1].outcome | Should -Be 'completed'
        $unknown = @($lines | Where-Object { $_.type -eq 'row' -and $_.state -eq 'unknown' -and $_.id -ne 'Antivirus' })
        $unknown.Count | Should -Be 1
        $unknown[0].id | Should -Be $Row
        $unknown[0].observed | Should -BeLike '*Access to it is denied.*'
    }

    It 'fails as a whole for another host than the job names' {
        $lines = Get-Preflight $world @{ 'host.identity' = [pscustomobject]@{ smbios_uuid = 'x'; machine_guid = 'y' } }
        $lines[-1].code | Should -Be 'HostIdentityChanged'
    }

    It 'reads a job without an identity, as at first contact' {
        (Get-Preflight $world @{ 'host.identity' = $null })[-1].outcome | Should -Be 'completed'
    }

    It 'warns about the execution policy <Policy> of <Scope>' -ForEach @(
        @{ Policy = 'AllSigned'; Scope = 'MachinePolicy'; State = 'warning' }
        @{ Policy = 'Restricted'; Scope = 'LocalMachine'; State = 'warning' }
        @{ Policy = 'Bypass'; Scope = 'Process'; State = 'ok' }
    ) {
        Set-FakeHost @{ executionPolicy = @{ $Scope = $Policy } }
        $row = Get-Row $world ExecutionPolicy
        $row.state | Should -Be $State
        $row.observed | Should -Be "$Policy (scope $Scope)"
    }

    It 'says what the management service does: <State>, <Mode> is <Expected>' -ForEach @(
        @{ State = 'Stopped'; Mode = 'Auto'; Expected = 'blocking' }
        @{ State = 'Running'; Mode = 'Manual'; Expected = 'warning' }
        @{ State = ''; Mode = ''; Expected = 'blocking' }
    ) {
        Set-FakeHost @{ service = @{ State = $State; StartMode = $Mode } }
        (Get-Row $world ManagementService).state | Should -Be $Expected
    }

    It 'compares each quota with what the concurrent runs need' {
        Set-FakeHost @{ winrm = @{ winrs = @{ MaxShellsPerUser = 11; MaxMemoryPerShellMB = 512; MaxProcessesPerShell = 25 }; service = @{} } }
        $rows = Get-Row $world WinRMQuota -Change @{ max_concurrent_runs = 8 }
        @($rows | ForEach-Object { "$($_.subject) $($_.state)" }) | Should -Be @('MaxShellsPerUser warning', 'MaxMemoryPerShellMB warning',
            'MaxProcessesPerShell ok', 'MaxConcurrentOperationsPerUser unknown')
        $rows[0].expected | Should -Be 'at least 12'
        (Get-Row $world WinRMQuota 'MaxShellsPerUser' @{ max_concurrent_runs = 7 }).state | Should -Be 'ok'
    }

    It 'wants a listener for HTTPS that is enabled' {
        Set-FakeHost @{ winrm = @{ listener = @(@{ Transport = 'HTTP'; Port = 5985; Enabled = 'true' }, @{ Transport = 'HTTPS'; Port = 5986; Enabled = 'false' }) } }
        $row = Get-Row $world WinRMListener
        $row.state | Should -Be 'warning'
        $row.observed | Should -Be 'HTTP on port 5985, HTTPS on port 5986 (disabled)'
    }

    It 'blocks where a folder cannot be used: <Case>' -ForEach @(
        @{ Case = 'no images'; Id = 'ImageFolder'; State = 'blocking'; Break = { [System.IO.Directory]::Delete($world.Images, $true) } }
        @{ Case = 'no machines yet'; Id = 'MachineFolder'; State = 'warning'; Break = { [System.IO.Directory]::Delete($world.Machines, $true) } }
        @{ Case = 'not allowed'; Id = 'MachineFolder'; State = 'blocking'; Break = { Set-AllowedRoot -World $world -Root $world.Images } }
        @{ Case = 'no agent.json'; Id = 'ImageFolder'; State = 'blocking'; Break = { [System.IO.File]::Delete((Join-Path $world.Agent 'agent.json')) } }
    ) {
        . $Break
        (Get-Row $world $Id).state | Should -Be $State
    }

    It 'names who may change a folder besides administrators: <Sddl>' -ForEach @(
        @{ Sddl = 'O:BAG:SYD:AI(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)'; State = 'ok'; Who = 'changed by nobody else' }
        @{ Sddl = 'O:BAG:SYD:AI(A;OICIIO;GA;;;CO)(A;CI;LC;;;BU)(A;CIIO;DC;;;BU)'; State = 'warning'; Who = 'may also be changed by Users' }
        @{ Sddl = 'O:BAG:SYD:AI(A;OICI;0x1301bf;;;AU)'; State = 'warning'; Who = 'may also be changed by Authenticated Users' }
        @{ Sddl = 'O:BAG:SYD:AI(A;OICI;GA;;;WD)'; State = 'warning'; Who = 'may also be changed by Everyone' }
        @{ Sddl = 'O:S-1-5-21-1-2-3-1104G:SYD:AI(A;OICI;FA;;;BA)'; State = 'warning'; Who = 'may also be changed by S-1-5-21-1-2-3-1104' }
        @{ Sddl = 'O:BAG:SYD:AI(A;OICI;FA;;;S-1-5-83-0)'; State = 'ok'; Who = 'changed by nobody else' }
        @{ Sddl = 'O:BAG:SYD:AI(D;OICI;FA;;;BU)'; State = 'ok'; Who = 'changed by nobody else' }
        @{ Sddl = 'O:BAG:SYD:AI(A;OICI;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;S-1-5-21-1-2-3-1105)'; State = 'warning'; Who = 'by S-1-5-21-1-2-3-1105' }
    ) {
        Set-FakeHost @{ acls = @{ $world.Machines = $Sddl } }
        $row = Get-Row $world MachineFolder
        $row.state | Should -Be $State
        $row.observed | Should -BeLike "*$Who*"
    }

    It 'knows the switch: <Case>' -ForEach @(
        @{ Case = 'missing'; Fact = @{ switches = @('Lab', 'Other') }; State = 'blocking'; Observed = '*the host has: Lab, Other' }
        @{ Case = 'none at all'; Fact = @{ switches = @() }; State = 'blocking'; Observed = 'the host has no virtual switch' }
        @{ Case = 'internal'; Fact = @{ switchTypes = @{ External = 'Internal' } }; State = 'warning'; Observed = 'Internal' }
        @{ Case = 'several of one name'; Fact = @{ switches = @('External', 'External') }; State = 'warning'; Observed = '2 switches of this name*' }
    ) {
        Set-FakeHost $Fact
        $row = Get-Row $world VirtualSwitch
        $row.state | Should -Be $State
        $row.observed | Should -BeLike $Observed
    }

    It 'knows what Defender scans: <Case>' -ForEach @(
        @{ Case = 'automatic exclusions'; Fact = @{}; State = 'ok'; Observed = '*automatic exclusions*' }
        @{ Case = 'nothing excluded'; Fact = @{ DisableAutoExclusions = $true }; State = 'warning'; Observed = '*automatic exclusions are off' }
        @{ Case = 'an extension'; Fact = @{ DisableAutoExclusions = $true; ExclusionExtension = @('.VHDX') }; State = 'ok'; Observed = '*.vhdx files' }
        @{ Case = 'not shown'; Fact = @{ ExclusionPath = @('N/A: Must be an administrator to view exclusions') }; State = 'unknown'; Observed = '*may not see*' }
        @{ Case = 'off'; Fact = @{ DisableAutoExclusions = $true; DisableRealtimeMonitoring = $true }; State = 'ok'; Observed = '*is off' }
    ) {
        Set-FakeHost @{ defender = $Fact }
        $rows = Get-Row $world Antivirus
        @($rows.state) | Should -Be @($State, $State)
        $rows[0].observed | Should -BeLike $Observed
    }

    It 'knows the folders that Defender leaves alone' {
        Set-FakeHost @{ defender = @{ DisableAutoExclusions = $true; ExclusionPath = @($world.Machines) } }
        @(Get-Row $world Antivirus | ForEach-Object { $_.state }) | Should -Be @('warning', 'ok')
    }

    It 'warns about the file system and says whether images can be cloned' {
        $volumes = @('C', 'D' | ForEach-Object { @{ name = (Join-Path $world.Root $_) + '/'; capacity = 1TB; free = 1TB; fileSystem = 'ReFS' } })
        Set-FakeHost @{ volumes = $volumes }
        (Get-Row $world FileSystem).observed | Should -Be 'ReFS; images are on the same volume, and images can be cloned'
        $volumes[1].fileSystem = 'FAT32'
        Set-FakeHost @{ volumes = $volumes }
        (Get-Row $world FileSystem).state | Should -Be 'warning'
    }

    It 'compares free space and memory with what one machine needs' {
        Set-FakeHost @{ memoryBytes = 1GB; volumes = @(@{ name = (Join-Path $world.Root 'D') + '/'; capacity = 1TB; free = 70000 }) }
        (Get-Row $world FreeSpace).state | Should -Be 'warning'
        (Get-Row $world FreeMemory).state | Should -Be 'warning'
    }

    It 'needs an ISO for each family' {
        [System.IO.File]::Delete([System.IO.Path]::Combine($world.Agent, 'isos', 'linux.iso'))
        (Get-Row $world ProvisioningIso).state | Should -Be 'warning'
        [System.IO.File]::Delete([System.IO.Path]::Combine($world.Agent, 'isos', 'windows.iso'))
        (Get-Row $world ProvisioningIso).state | Should -Be 'blocking'
    }

    It 'has a row for each image, and one that cannot be read costs itself' {
        $null = New-TestImage -Path (Join-Path $world.Images 'Debian MBR.vhdx') -Option '--style', 'MBR', '--no-efi'
        [System.IO.File]::WriteAllText((Join-Path $world.Images 'Mystery.vhdx'), 'no disk')
        [System.IO.File]::WriteAllText((Join-Path $world.Images 'old.vhd'), 'x')
        $rows = Get-Row $world Image
        @($rows | ForEach-Object { "$($_.subject) $($_.state)" }) | Should -Be @('Debian MBR.vhdx warning', 'Mystery.vhdx warning',
            'old.vhd warning', 'Ubuntu 24.04.vhdx ok', 'Windows Server 2022.vhdx ok')
        $rows[0].observed | Should -BeLike '*without an EFI system partition*; family linux'
        $rows[1].observed | Should -BeLike '*is no VHDX file; family not in its name'
        $rows[3].observed | Should -Be 'format VHDX; partitions GPT with an EFI system partition; family linux'
        $held = [System.IO.File]::Open((Join-Path $world.Images 'Mystery.vhdx'), 'Open', 'ReadWrite', 'None')
        try { @(Get-Row $world Image | ForEach-Object { $_.state }) | Should -Be @('warning', 'unknown', 'warning', 'ok', 'ok') } finally { $held.Dispose() }
    }

    It 'looks at the first 100 images, and says how many it left out' {
        foreach ($number in 1..101) { [System.IO.File]::WriteAllText((Join-Path $world.Images "Debian $number.vhdx"), 'x') }
        $rows = Get-Row $world Image
        $rows.Count | Should -Be 101
        $rows[-1].observed | Should -Be '3 more images were not looked at'
    }
}

Describe 'The preflight of a node of a failover cluster' {
    BeforeEach { $world = New-TestHost -Cluster 'HVC01' }

    It 'says which cluster the host is a node of: <Wanted> is <State>' -ForEach @(
        @{ Wanted = 'HVC01'; State = 'ok' }, @{ Wanted = 'HVC02'; State = 'warning' }, @{ Wanted = $null; State = 'warning' }
    ) {
        $row = Get-Row $world FailoverCluster -Change @{ 'host.failover_cluster' = $Wanted }
        $row.state | Should -Be $State
        $row.observed | Should -Be 'a node of HVC01'
    }

    It 'does not take a denied answer for no cluster' {
        Add-FakeFault 'Get-Cluster' -Message 'You do not have administrative privileges.' -Category PermissionDenied
        $row = Get-Row $world FailoverCluster -Change @{ 'host.failover_cluster' = 'HVC01' }
        $row.state | Should -Be 'unknown'
    }

    It 'wants machines on a shared volume, and the images of differencing disks too' {
        $change = @{ 'host.failover_cluster' = 'HVC01' }
        Set-FakeSharedVolume @()
        (Get-Row $world ClusterStorage -Change $change).state | Should -Be 'warning'
        Set-FakeSharedVolume @($world.Machines)
        (Get-Row $world ClusterStorage -Change $change).state | Should -Be 'ok'
        (Get-Row $world ClusterStorage -Change ($change + @{ 'host.clone' = 'Differencing' })).state | Should -Be 'warning'
        (Get-Row $world ClusterStorage) | Should -BeNullOrEmpty
    }
}

Describe 'The row about cluster roles' {
    It 'is <State> for a <Logon> logon' -ForEach @(
        @{ Logon = 'service'; State = 'ok'; Observed = '*by the agent itself' }
        @{ Logon = 'network'; State = 'ok'; Observed = '*runs as SYSTEM' }
    ) {
        $world = New-TestHost -Cluster 'HVC01' -Property @{ logon = $Logon }
        $row = Get-Row $world ClusterRole -Change @{ 'host.failover_cluster' = 'HVC01' }
        $row.state | Should -Be $State
        $row.observed | Should -BeLike $Observed
        (Get-Row $world ClusterRole) | Should -BeNullOrEmpty
    }
}

Describe 'A host whose policy restricts the language' {
    BeforeAll {
        $world = New-TestHost
        $constrained = "`$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'"
    }

    It 'is ConstrainedLanguage at the job <Golden>, before anything else is read' -ForEach @(
        @{ Golden = 'provision-first' }, @{ Golden = 'inventory' }
    ) {
        $run = Start-TestProcess -World $world -Job (New-TestJob $world $Golden) -Prelude $constrained
        $run.Outcome.outcome | Should -Be 'failed'
        $run.Outcome.code | Should -Be 'ConstrainedLanguage'
        $run.Outcome.message | Should -BeLike '*in the language mode ConstrainedLanguage on this host*'
        @(Get-FakeLedger).Count | Should -Be 0
        [System.IO.Directory]::GetFileSystemEntries($world.Machines) | Should -BeNullOrEmpty
    }

    It 'says the same at an endpoint whose module is not trusted' {
        $module = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', 'jea', 'HyperVOperator', 'HyperVOperator.psd1'))
        $command = "$constrained; Import-Module '$module'; 'a', 'b' | Invoke-HvoJob"
        $outcome = ConvertFrom-Json -InputObject ([string](& (Get-TestShell) -NoProfile -NonInteractive -Command $command))
        $outcome.code | Should -Be 'ConstrainedLanguage'
        $outcome.message | Should -BeLike '*the endpoint''s module*'
    }

    It 'refuses a rollout with the same code' {
        $file = Join-Path $world.Root 'rollout.ps1'
        [System.IO.File]::WriteAllText($file, (Get-AgentBundle).RolloutText)
        $command = "$constrained; '{`"operation`":`"look`"}' | & '$file'"
        $output = & (Get-TestShell) -NoProfile -NonInteractive -Command $command
        $answer = ConvertFrom-Json -InputObject ([string]@($output)[-1])
        $answer.ok | Should -BeFalse
        $answer.code | Should -Be 'ConstrainedLanguage'
    }
}
