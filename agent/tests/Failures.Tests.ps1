# Every code of the contract is provoked once, and says what it has to say.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force
    Import-Module (Join-Path $PSScriptRoot 'Bundle.psm1')
    $script:seen = New-Object System.Collections.Generic.HashSet[string]

    function Assert-Failed {
        param($Launch, [string] $Code)
        $Launch.Outcome.outcome | Should -Be 'failed'
        $Launch.Outcome.code | Should -BeExactly $Code
        $Launch.Outcome.reason | Should -BeExactly $Code
        $Launch.Outcome.message | Should -Not -BeNullOrEmpty
        $null = $script:seen.Add($Code)
    }
}

AfterAll { Remove-TestHost }

Describe 'A job that cannot be read' {
    BeforeAll {
        $world = New-TestHost
        $script = Join-Path $world.Agent 'Invoke-ProvisioningJob.ps1'
    }

    It 'is InvalidDefinition when it is <What>' -ForEach @(
        @{ What = 'nothing'; Text = ' ' }, @{ What = 'no base64'; Text = '%%%' }, @{ What = 'no JSON'; Text = 'bm90IGpzb24=' }
        @{ What = 'no object'; Text = 'NDI=' }, @{ What = 'without a schema'; Text = 'e30=' }
    ) {
        Assert-Failed (Invoke-Raw -File $script -Text $Text) 'InvalidDefinition'
        @(Get-ChildItem $world.Machines).Count | Should -Be 0
    }

    It 'is InvalidDefinition without <Path>' -ForEach @(
        @{ Path = 'run' }, @{ Path = 'run.id' }, @{ Path = 'run.attempt' }, @{ Path = 'host' }, @{ Path = 'fields' }
        @{ Path = 'fields.vm_name' }, @{ Path = 'fields.gb_ram' }, @{ Path = 'host.paths' }
    ) {
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world -Without $Path)) 'InvalidDefinition'
    }

    It 'is InvalidDefinition with <Path> = <Value>' -ForEach @(
        @{ Path = 'run.machine_uid'; Value = '../../escape' }, @{ Path = 'run.machine_uid'; Value = '3F0C6F0E-8F0B-4A3E-9B86-0D6F6A7A1C11' }
        @{ Path = 'fields.image_name'; Value = '..' }, @{ Path = 'fields.image_name'; Value = 'a/b' }
        @{ Path = 'fields.image_name'; Value = "x`n" }, @{ Path = 'fields.vm_name'; Value = "a'b" }
        @{ Path = 'fields.vm_name'; Value = "web`n" }, @{ Path = 'fields.gb_ram'; Value = '8' }, @{ Path = 'fields.gb_ram'; Value = 0 }
        @{ Path = 'fields.cpu_cores'; Value = 2.5 }, @{ Path = 'fields.vlan_id'; Value = 4095 }
        @{ Path = 'fields.os_family'; Value = 'beos' }, @{ Path = 'run.wait_seconds'; Value = -1 }
    ) {
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world -Change @{ $Path = $Value })) 'InvalidDefinition'
    }

    It 'is InvalidDefinition when neither the image nor the job tells the family' {
        $job = New-TestJob $world -Change @{ 'fields.image_name' = 'Mystery 1' } -Without 'fields.os_family'
        $launch = Invoke-TestAgent $world $job
        Assert-Failed $launch 'InvalidDefinition'
        $launch.Outcome.message | Should -Match 'os_family'
    }

    It 'is SchemaMismatch with schema <Id> version <Version>' -ForEach @(
        @{ Id = 'vm-provisioning'; Version = 2 }, @{ Id = 'vm-provisioning'; Version = '1.0' }, @{ Id = 'vm-future'; Version = 1 }
        @{ Id = 'vm-removal'; Version = 1 }
    ) {
        $job = New-TestJob $world -Change @{ 'schema.id' = $Id; 'schema.version' = $Version }
        Assert-Failed (Invoke-Raw -File $script -Text (ConvertTo-Pipeline $job)) 'SchemaMismatch'
    }
}

Describe 'A host that lacks something' {
    BeforeEach { $world = New-TestHost }

    It 'is ImageNotFound, with the keys of the golden outcome and the images there are' {
        $launch = Invoke-TestAgent $world (New-TestJob $world -Change @{ 'fields.image_name' = 'Windows Server 2030' })
        Assert-Failed $launch 'ImageNotFound'
        $golden = ConvertFrom-Json (Get-Golden 'records/outcome-image-missing.json')
        $launch.Outcome.PSObject.Properties.Name | Should -Be $golden.PSObject.Properties.Name
        $launch.Outcome.diagnosis.PSObject.Properties.Name | Should -Be $golden.diagnosis.PSObject.Properties.Name
        $launch.Outcome.message | Should -Be "No image 'Windows Server 2030' in $($world.Images)."
        $launch.Outcome.diagnosis.summary | Should -Be "The folder $($world.Images) holds 2 images: Ubuntu 24.04, Windows Server 2022."
    }

    It 'says so when there is no image at all' {
        Get-ChildItem $world.Images | Remove-Item
        $launch = Invoke-TestAgent $world (New-TestJob $world)
        Assert-Failed $launch 'ImageNotFound'
        $launch.Outcome.diagnosis.summary | Should -Be "The folder $($world.Images) holds 0 images."
    }

    It 'is SwitchNotFound' {
        $launch = Invoke-TestAgent $world (New-TestJob $world -Change @{ 'host.virtual_switch' = 'Absent' })
        Assert-Failed $launch 'SwitchNotFound'
        $launch.Outcome.message | Should -Be "This host has no virtual switch 'Absent'."
        $launch.Outcome.diagnosis.summary | Should -Be 'The host has these switches: External.'
    }

    It 'is ImageUnusable for a disk of generation 1' {
        $null = New-TestImage -Path (Join-Path $world.Images 'Windows Server 2022.vhdx') -Option '--style', 'MBR', '--no-efi'
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world)) 'ImageUnusable'
    }

    It 'is ImageChanged where the parent of other disks was replaced' {
        $differencing = @{ 'host.clone' = 'Differencing' }
        $other = @{ 'run.machine_uid' = '99999999-0000-4000-8000-000000000001'; 'fields.vm_name' = 'other' }
        $null = Invoke-TestAgent $world (New-TestJob $world -Change ($differencing + $other))
        $null = New-TestImage -Path (Join-Path $world.Images 'Windows Server 2022.vhdx') -Option '--sector', '4096'
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world -Change $differencing)) 'ImageChanged'
    }

    It 'is ClusterRoleUnavailable in a network logon without rights' {
        $world = New-TestHost -Cluster 'HVC01' -Property @{ logon = 'network'; administrator = $false }
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world -Change @{ 'fields.vm_clustered' = $true })) 'ClusterRoleUnavailable'
    }

    It 'is IsoMissing' {
        Remove-Item (Join-Path $world.Agent 'isos/windows.iso')
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world)) 'IsoMissing'
    }

    It 'is InsufficientMemory' {
        Set-FakeHost @{ memoryBytes = 4GB }
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world)) 'InsufficientMemory'
    }

    It 'is InsufficientSpace before anything is copied' {
        $volume = [System.IO.Path]::GetDirectoryName($world.Machines) + [System.IO.Path]::DirectorySeparatorChar
        Set-FakeHost @{ volumes = @(@{ name = $volume; capacity = 1MB; free = 1000 }) }
        $launch = Invoke-TestAgent $world (New-TestJob $world)
        Assert-Failed $launch 'InsufficientSpace'
        $launch.Steps | Should -Be @('PreChecks:started', 'PreChecks:failed')
    }

    It 'is NameInUse for a VM of the host whatever its case, and the VM stays as it is' {
        $null = New-VM -Name 'WEB-SERVER-01' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world)) 'NameInUse'
        @(Get-VM).Count | Should -Be 1
        (Get-VM).Notes | Should -BeNullOrEmpty
    }

    It 'is ClusterFailed where a clustered VM is wanted and there is no cluster' {
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world -Change @{ 'fields.vm_clustered' = $true })) 'ClusterFailed'
    }

    It 'is CopyFailed while somebody writes to the image' {
        $held = [System.IO.File]::Open((Join-Path $world.Images 'Windows Server 2022.vhdx'), 'Open', 'ReadWrite', 'None')
        try { Assert-Failed (Invoke-TestAgent $world (New-TestJob $world)) 'CopyFailed' } finally { $held.Dispose() }
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 2)).Outcome.reason | Should -Be 'WaitingForGuestKey'
    }

    It 'is AccessDenied where the account may not do it' {
        Add-FakeFault 'New-VM' -Message 'You do not have the required permission to complete this task.' -Category PermissionDenied
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world)) 'AccessDenied'
    }

    It 'is RegisterFailed where Hyper-V refuses a setting, and the next launch goes on with the same VM' {
        Add-FakeFault 'Set-VMProcessor' -Message 'The processor count is out of range.'
        $launch = Invoke-TestAgent $world (New-TestJob $world)
        Assert-Failed $launch 'RegisterFailed'
        $launch.Outcome.message | Should -Match 'out of range'
        (Get-Journal $world (New-TestJob $world)).code | Should -Be 'RegisterFailed'
        $again = Invoke-TestAgent $world (New-TestJob $world -Attempt 2)
        $again.Outcome.vm_id | Should -Be $launch.Outcome.vm_id
        @(Get-VM).Count | Should -Be 1
    }

    It 'is StartFailed with what the event log says' {
        Set-FakeFault @{ startFailure = 'Not enough memory in the system.' }
        $launch = Invoke-TestAgent $world (New-TestJob $world)
        Assert-Failed $launch 'StartFailed'
        $launch.Outcome.diagnosis.summary | Should -Match 'Not enough memory|15350|15130'
        $launch.Outcome.message | Should -Match '(?s)^The VM could not be started: .*Not enough memory in the system'
        $launch.Outcome.message | Should -Not -Match 'event log|confirm'
        @($launch.Log | Where-Object { $_ -match '^Event \d+ at ' }).Count | Should -BeGreaterThan 0
        Set-FakeFault @{ startFailure = $null }
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 2)).Outcome.reason | Should -Be 'WaitingForGuestKey'
        @(Get-FakeLedger 'New-VM').Count | Should -Be 1
    }

    It 'is Internal where nothing else fits' {
        Add-FakeFault 'Get-VMSwitch' -Message 'The RPC server is unavailable.'
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world)) 'Internal'
    }

    It 'is Superseded, NotOwned, PathNotAllowed, IdentityConflict and HostBusy as other tests show in full' {
        $null = Invoke-TestAgent $world (New-TestJob $world -Attempt 5)
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world -Attempt 5)) 'Superseded'
        $foreign = New-TestJob $world -Attempt 6 -Change @{ 'run.cluster_uid' = '00000000-0000-4000-8000-000000000000' }
        Assert-Failed (Invoke-TestAgent $world $foreign) 'NotOwned'
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world -Change @{ 'host.paths.machines' = '/etc' })) 'PathNotAllowed'
        Edit-FakeVM -Id (Get-VM).Id -Property @{ replicationMode = 'Replica' }
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world -Attempt 7)) 'IdentityConflict'
        $lock = [System.IO.File]::Open((Get-Folder $world $foreign 'lock'), 'Open', 'ReadWrite', 'None')
        try { $busy = Invoke-TestAgent $world (New-TestJob $world -Attempt 8) } finally { $lock.Dispose() }
        ConvertTo-Json ($busy.Outcome | Select-Object * -ExcludeProperty vm_id) |
            Should -Be (ConvertTo-Json (ConvertFrom-Json (Get-Golden 'records/outcome-host-busy.json') | Select-Object * -ExcludeProperty vm_id))
        $null = $script:seen.Add('HostBusy')
    }

    It 'is VmMissing and RemoveFailed in the other jobs' {
        $gone = New-TestJob $world update -Attempt 2
        Assert-Failed (Invoke-TestAgent $world $gone) 'VmMissing'
        $vmId = (Invoke-TestAgent $world (New-TestJob $world -Attempt 3)).Outcome.vm_id
        Add-FakeFault 'Remove-VM' -Message 'The operation cannot be performed.' -Times 1
        $remove = New-TestJob $world remove -Attempt 4 -Change @{ 'machine.vm_id' = $vmId }
        Assert-Failed (Invoke-TestAgent $world $remove) 'RemoveFailed'
        (Invoke-TestAgent $world (New-TestJob $world remove -Attempt 5 -Change @{ 'machine.vm_id' = $vmId })).Outcome.reason | Should -Be 'Removed'
    }
}

Describe 'A guest that does not do its part' {
    BeforeEach {
        $world = New-TestHost
        $vmId = (Invoke-TestAgent $world (New-TestJob $world)).Outcome.vm_id
        $guest = New-TestGuest
    }

    It 'is GuestTimeout with the diagnosis of the golden outcome where no key was ever posted' {
        Set-FakeGuest -Id $vmId -Heartbeat 'OkApplicationsHealthy'
        $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt 2 -Change @{ 'run.deadline_seconds' = 0 })
        Assert-Failed $launch 'GuestTimeout'
        $golden = ConvertFrom-Json (Get-Golden 'records/outcome-guest-timeout.json')
        $launch.Outcome.diagnosis.summary | Should -Be $golden.diagnosis.summary
        $details = ConvertFrom-Json (@($launch.Log | Where-Object { $_.StartsWith('Diagnosis: ') })[0].Substring(11))
        $details.heartbeat | Should -Be 'Ok'
        $details.dvd_attached | Should -BeTrue
        $details.last_key_at | Should -BeNullOrEmpty
        @($details.addresses).Count | Should -Be 0
        $launch.Outcome.message | Should -Be 'The guest posted no key within 0 seconds.'
    }

    It 'is GuestTimeout that names the likely cause: <Cause>' -ForEach @(
        @{ Cause = 'no heartbeat'; Prepare = { Set-FakeGuest -Id $vmId -Heartbeat 'NoContact' }; Words = 'does not boot' }
        @{ Cause = 'no ISO'; Prepare = { $drive = Get-VMDvdDrive -VM (Get-VM); Remove-VMDvdDrive -VMDvdDrive $drive }; Words = 'ISO is not attached' }
        @{ Cause = 'a captured image'; Words = 'captured image'
            Prepare = { Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText $guest '00000000-0000-4000-8000-000000000000' } }
        }
        @{ Cause = 'garbage'; Prepare = { Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = '<&"' } }; Words = 'cannot be used' }
    ) {
        . $Prepare
        $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt 2 -Change @{ 'run.deadline_seconds' = 0 })
        Assert-Failed $launch 'GuestTimeout'
        $launch.Outcome.diagnosis.summary | Should -Match $Words
    }

    It 'is GuestTimeout with the age of the last key where the guest took no data, and a later launch goes on from there' {
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText $guest $vmId }
        $job = New-TestJob $world -Attempt 2
        $job.sealed_data = New-TestSealing -Kid $guest.Kid -VmId $vmId -Run $job.run.id
        $null = Invoke-TestAgent $world $job
        $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt 3 -Change @{ 'run.deadline_seconds' = 0 })
        Assert-Failed $launch 'GuestTimeout'
        $launch.Outcome.message | Should -Match 'no final state'
        $launch.Outcome.diagnosis.summary | Should -Match 'posted a key \d+ seconds ago'
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningState = Get-StateText $guest $vmId $job.run.id }
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 4)).Outcome.reason | Should -Be 'Provisioned'
    }

    It 'gets its time anew in a new run' {
        $late = New-TestJob $world -Attempt 2 -Change @{ 'run.deadline_seconds' = 1 }
        $journal = Get-Journal $world $late
        $journal.started_at = '2026-01-01T00:00:00.000Z'
        [System.IO.File]::WriteAllText((Get-Folder $world $late 'journal.json'), (ConvertTo-Json -Depth 5 $journal))
        Assert-Failed (Invoke-TestAgent $world $late) 'GuestTimeout'
        $new = @{ 'run.deadline_seconds' = 3600; 'run.id' = 'b7e23ec2-0000-4000-8000-5a4f5b8a9d10' }
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 3 -Change $new)).Outcome.reason | Should -Be 'WaitingForGuestKey'
    }

    It 'is GuestKeyInvalid where the data is sealed for <What>' -ForEach @(
        @{ What = 'another VM'; Other = @{ VmId = '00000000-0000-4000-8000-000000000000' } }
        @{ What = 'another key'; Other = @{ Kid = 'another' } }
        @{ What = 'another run'; Other = @{ Run = 'another' } }
    ) {
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText $guest $vmId }
        $job = New-TestJob $world -Attempt 2
        $sealing = @{ Kid = $guest.Kid; VmId = $vmId; Run = $job.run.id }
        foreach ($key in $Other.Keys) { $sealing[$key] = $Other[$key] }
        $job.sealed_data = New-TestSealing @sealing
        $launch = Invoke-TestAgent $world $job
        Assert-Failed $launch 'GuestKeyInvalid'
        (Get-FakeHostItem -Id $vmId).Count | Should -Be 0
    }

    It 'is GuestFailed, after the data was purged' {
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText $guest $vmId }
        $job = New-TestJob $world -Attempt 2
        $job.sealed_data = New-TestSealing -Kid $guest.Kid -VmId $vmId -Run $job.run.id
        $null = Invoke-TestAgent $world $job
        $state = ConvertFrom-Json (Get-Golden 'guest/state-failed.json')
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningState = Get-StateText $guest $vmId $job.run.id -State failed -Step $state.step -Code $state.code }
        $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt 3)
        Assert-Failed $launch 'GuestFailed'
        $launch.Outcome.message | Should -Be "The guest failed at $($state.step) with $($state.code)."
        $launch.Steps | Should -Contain 'PurgeProvisioningData:completed'
        (Get-FakeHostItem -Id $vmId).Count | Should -Be 0
    }

    It 'is GuestFailed and names the field that is not as requested, if it is an id: <Posted>' -ForEach @(
        @{ Posted = 'guest_v4_dns1'; Named = ' (guest_v4_dns1)' }
        @{ Posted = 'free text'; Named = '' }
        @{ Posted = 'GUEST_V4_DNS1'; Named = '' }
        @{ Posted = ('a' * 64); Named = '' }
        @{ Posted = @('a', 'b'); Named = '' }
        @{ Posted = 5; Named = '' }
    ) {
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText $guest $vmId }
        $job = New-TestJob $world -Attempt 2
        $job.sealed_data = New-TestSealing -Kid $guest.Kid -VmId $vmId -Run $job.run.id
        $null = Invoke-TestAgent $world $job
        $state = ConvertFrom-Json (Get-Golden 'guest/state-not-as-requested.json')
        $text = Get-StateText $guest $vmId $job.run.id -State failed -Step $state.step -Code $state.code -Field $Posted
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningState = $text }
        $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt 3)
        Assert-Failed $launch 'GuestFailed'
        $launch.Outcome.message | Should -BeExactly "The guest failed at Network with NotAsRequested$Named."
    }

    It 'is PublishFailed where the host refuses its items' {
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText $guest $vmId }
        $job = New-TestJob $world -Attempt 2
        $job.sealed_data = New-TestSealing -Kid $guest.Kid -VmId $vmId -Run $job.run.id
        Set-FakeFault @{ kvpAnswer = 'failedJob' }
        $launch = Invoke-TestAgent $world $job
        Assert-Failed $launch 'PublishFailed'
        $launch.Outcome.message | Should -Match 'begun and failed'
        Set-FakeFault @{ kvpAnswer = $null }
        $job.run.attempt = 3
        (Invoke-TestAgent $world $job).Outcome.reason | Should -Be 'WaitingForGuest'
    }
}

Describe 'Another host' {
    It 'is HostIdentityChanged' {
        $other = New-TestHost -Property @{ machineGuid = [string][guid]::NewGuid() }
        Assert-Failed (Invoke-TestAgent $other (New-TestJob $other)) 'HostIdentityChanged'
    }
}

Describe 'Hyper-V' {
    It 'is HyperVUnavailable without its service, VmUnreadable for a VM that it cannot open, VmCritical for one without storage' {
        $world = New-TestHost
        $vmId = (Invoke-TestAgent $world (New-TestJob $world)).Outcome.vm_id
        Set-FakeHost @{ vmms = 'Stopped' }
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world -Attempt 2)) 'HyperVUnavailable'
        Set-FakeHost @{ vmms = 'Running' }
        Edit-FakeVM -Id $vmId -Property @{ openError = 'The volume is gone.' }
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world -Attempt 3)) 'VmUnreadable'
        Edit-FakeVM -Id $vmId -Property @{ openError = $null; state = 'PausedCritical' }
        Assert-Failed (Invoke-TestAgent $world (New-TestJob $world -Attempt 4)) 'VmCritical'
    }
}

Describe 'The codes' {
    It 'were all provoked' {
        $source = [System.IO.File]::ReadAllText((Join-Path $PSScriptRoot '../host/lib/launch/Stop-HvoLaunch.ps1'))
        $set = [regex]::Match($source, "ValidateSet\((?<words>[^)]*)\)").Groups['words'].Value
        $words = @([regex]::Matches($set, "'(\w+)'") | ForEach-Object { $_.Groups[1].Value })
        $words.Count | Should -BeGreaterThan 25
        @($words | Where-Object { -not $script:seen.Contains($_) }) | Should -Be @()
    }
}
