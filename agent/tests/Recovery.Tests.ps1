# A VM that is gone, a journal that is gone, a folder of earlier settings: never a second VM, never a guest that is configured twice.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force

    function Remove-ByHand {
        # Removes the VM as a person would; its disk stays.
        Stop-VM -VM (Get-VM) -TurnOff -Force
        Remove-VM -VM (Get-VM) -Force
    }

    function Get-Inventory {
        param($World, [string[]] $Folder = @(), [hashtable] $Change = @{})
        $launch = Invoke-TestAgent $World (New-TestJob $World inventory -Change (@{ machine_folders = $Folder } + $Change))
        @($launch.Lines | ForEach-Object { ConvertFrom-Json $_ })
    }
}

AfterAll { Remove-TestHost }

Describe 'A VM that the job calls lost' {
    BeforeEach {
        $world = New-TestHost
        $job = New-TestJob $world
        $vmId = (Invoke-TestAgent $world $job).Outcome.vm_id
    }

    It 'is made anew from a new disk if the journal names it and it is gone' {
        $disk, $iso = (Get-Folder $world $job 'disk.vhdx'), (Get-Folder $world $job 'provisioning.iso')
        foreach ($file in $disk, $iso) { [System.IO.File]::WriteAllText($file, 'used by a guest') }
        Remove-ByHand
        $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt 2 -Change @{ lost_vm_id = $vmId })
        $launch.Outcome.reason | Should -Be 'WaitingForGuestKey'
        $launch.Outcome.vm_id | Should -Not -Be $vmId
        $launch.Steps | Should -Contain 'CopyImage:completed'
        (Get-Item $disk).Length | Should -Be 5MB
        [System.IO.File]::ReadAllText($iso) | Should -Be 'ISO for windows'
        @(Get-VM).Count | Should -Be 1
        # The operator may not have heard of it: the same job again goes on with the new VM.
        $again = Invoke-TestAgent $world (New-TestJob $world -Attempt 3 -Change @{ lost_vm_id = $vmId })
        $again.Outcome.vm_id | Should -Be $launch.Outcome.vm_id
        @(Get-FakeLedger 'New-VM').Count | Should -Be 2
    }

    It 'is IdentityConflict if it exists, <What>' -ForEach @(
        @{ What = 'with its mark'; Notes = $null }, @{ What = 'without its mark'; Notes = 'mine' }
    ) {
        if ($Notes) { Set-VM -VM (Get-VM) -Notes $Notes }
        $before = @(Get-FakeLedger).Count
        $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt 2 -Change @{ lost_vm_id = $vmId })
        $launch.Outcome.code | Should -Be 'IdentityConflict'
        $launch.Outcome.message | Should -Match $vmId
        @(Get-FakeLedger).Count | Should -Be $before
        Test-Path (Get-Folder $world $job 'disk.vhdx') | Should -BeTrue
    }

    It 'is IdentityConflict while another VM carries the mark, and made anew afterwards' {
        Remove-ByHand
        $made = New-VM -Name "hvo-$($job.run.machine_uid)" -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        $again = New-TestJob $world -Attempt 2 -Change @{ lost_vm_id = $vmId }
        (Invoke-TestAgent $world $again).Outcome.code | Should -Be 'IdentityConflict'
        Remove-VM -VM $made -Force
        $again.run.attempt = 3
        (Invoke-TestAgent $world $again).Outcome.reason | Should -Be 'WaitingForGuestKey'
    }

    It 'is ClusterFailed while another node has it' {
        $clustered = New-TestHost -Cluster 'HVC01'
        $id = (Invoke-TestAgent $clustered (New-TestJob $clustered)).Outcome.vm_id
        Set-FakeCluster @{ groups = @(@{ name = 'web-server-01'; type = 'VirtualMachine'; vmId = $id; owner = 'HYPERV02'; state = 'Online' }) }
        Remove-Item (Join-Path $clustered.Root "vms/$id.json")
        $launch = Invoke-TestAgent $clustered (New-TestJob $clustered -Attempt 2 -Change @{ lost_vm_id = $id })
        $launch.Outcome.code | Should -Be 'ClusterFailed'
        @(Get-VM).Count | Should -Be 0
    }

    It 'is not forgotten by a machine that is complete' {
        $machine = Complete-TestMachine $world -Attempt 2
        Remove-ByHand
        $disk = Get-Folder $world $job 'disk.vhdx'
        [System.IO.File]::WriteAllText($disk, 'data')
        $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt 9 -Change @{ lost_vm_id = $machine.VmId })
        $launch.Outcome.outcome | Should -Be 'completed'
        [System.IO.File]::ReadAllText($disk) | Should -Be 'data'
    }

    It 'has to be named by its GUID' {
        $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt 2 -Change @{ lost_vm_id = 'web-server-01' })
        $launch.Outcome.code | Should -Be 'InvalidDefinition'
        $launch.Outcome.message | Should -Match 'lost_vm_id'
    }
}

Describe 'A machine whose resource lost its status' {
    It 'ends completed again with another run, without data, and nothing is changed' {
        $world = New-TestHost
        $machine = Complete-TestMachine $world
        $before = @(Get-FakeLedger).Count
        $job = New-TestJob $world -Attempt ($machine.Attempt + 1) -Change @{ 'run.id' = [string][guid]::NewGuid(); 'run.generation' = 1 }
        $launch = Invoke-TestAgent $world $job
        $launch.Outcome.outcome | Should -Be 'completed'
        $launch.Outcome.vm_id | Should -Be $machine.VmId
        $launch.Steps.Count | Should -Be 0
        @(Get-FakeLedger).Count | Should -Be $before
    }
}

Describe 'A machine whose journal was lost' {
    BeforeEach {
        $world = New-TestHost
        $machine = Complete-TestMachine $world
        $folder = Get-Folder $world $machine.Job
        Remove-Item (Join-Path $folder 'journal.json')
        $again = New-TestJob $world -Attempt 9 -Change @{ 'run.id' = [string][guid]::NewGuid() }
        $before = @(Get-FakeLedger).Count
    }

    It 'is completed without data if its guest says that it has applied it' {
        $launch = Invoke-TestAgent $world $again
        $launch.Outcome.outcome | Should -Be 'completed'
        $launch.Outcome.vm_id | Should -Be $machine.VmId
        foreach ($step in 'CopyImage', 'RegisterVM', 'PublishProvisioningData') { $launch.Steps | Should -Contain "${step}:skipped" }
        @(Get-FakeLedger | Select-Object -Skip $before).cmdlet | Should -BeNullOrEmpty
        @(Get-VM).Count | Should -Be 1
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 10)).Outcome.message | Should -Be 'Nothing was left to do.'
    }

    It 'is GuestFailed if its guest says that it has failed' {
        $state = Get-StateText $machine.Guest $machine.VmId $machine.Job.run.id failed DomainJoin LogonFailure
        Set-FakeGuest -Id $machine.VmId -Item @{ ProvisioningState = $state }
        (Invoke-TestAgent $world $again).Outcome.code | Should -Be 'GuestFailed'
    }

    It 'waits, with a deadline, while its guest says that it is applying it' {
        $state = Get-StateText $machine.Guest $machine.VmId $machine.Job.run.id applying Network None
        Set-FakeGuest -Id $machine.VmId -Item @{ ProvisioningState = $state }
        (Invoke-TestAgent $world $again).Outcome.reason | Should -Be 'WaitingForGuest'
        (Get-Journal $world $again).started_at | Should -Not -BeNullOrEmpty
    }

    It 'starts the VM if it is off, with the disk that it has, and continues from there' {
        Stop-VM -VM (Get-VM) -TurnOff -Force
        (Invoke-TestAgent $world $again).Outcome.reason | Should -Be 'WaitingForGuestKey'
        @(Get-VMHardDiskDrive -VM (Get-VM)).Count | Should -Be 1
        Set-FakeGuest -Id $machine.VmId -Item @{ ProvisioningState = Get-StateText $machine.Guest $machine.VmId $machine.Job.run.id }
        $again.run.attempt = 10
        (Invoke-TestAgent $world $again).Outcome.outcome | Should -Be 'completed'
        @(Get-VMDvdDrive -VM (Get-VM)).Count | Should -Be 0
        Test-Path (Join-Path $folder 'provisioning.iso') | Should -BeFalse
    }

    It 'does not believe a state of another VM, nor one that is not in its form: <What>' -ForEach @(
        @{ What = 'another VM'; Change = @{ vm = '5d2c7d0a-0000-4c6e-a0a8-0f5f1f2b3c4d' } }
        @{ What = 'no run'; Change = @{ run = 'x' } }, @{ What = 'no key'; Change = @{ kid = 'a b' } }
        @{ What = 'no state'; Change = @{ state = 'done' } }
    ) {
        $told = ConvertFrom-Json (Get-StateText $machine.Guest $machine.VmId $machine.Job.run.id)
        foreach ($key in $Change.Keys) { $told.$key = $Change[$key] }
        Set-FakeGuest -Id $machine.VmId -Item @{ ProvisioningState = ConvertTo-Json -Compress $told }
        (Invoke-TestAgent $world $again).Outcome.reason | Should -Be 'WaitingForGuestKey'
        (Get-Journal $world $again).published | Should -BeNullOrEmpty
        @(Get-VM).Count | Should -Be 1
    }

    It 'is IdentityConflict where the VM has its disks in another folder, and nothing is made' {
        $other = "$($world.Machines)2"
        Set-AllowedRoot -World $world -Root $world.Images, $world.Machines, $other
        $again.host.paths.machines = $other
        $launch = Invoke-TestAgent $world $again
        $launch.Outcome.code | Should -Be 'IdentityConflict'
        $launch.Outcome.message | Should -Match 'disk\.vhdx'
        @(Get-ChildItem -Recurse $other -Filter '*.vhdx').Count | Should -Be 0
        @(Get-FakeLedger).Count | Should -Be $before
    }
}

Describe 'A guest that was never given anything' {
    It 'is not believed when it says that it is configured' {
        $world = New-TestHost
        $vmId = (Invoke-TestAgent $world (New-TestJob $world)).Outcome.vm_id
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningState = Get-StateText (New-TestGuest) $vmId (New-TestJob $world).run.id }
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 2)).Outcome.reason | Should -Be 'WaitingForGuestKey'
    }
}

Describe 'A machine that was made with another folder of machines' {
    BeforeEach {
        $world = New-TestHost
        $machine = Complete-TestMachine $world
        $old, $new = $world.Machines, "$($world.Machines)2"
        Set-AllowedRoot -World $world -Root $world.Images, $old, $new
    }

    It 'is in the inventory of the host with its folder, and removed from there' {
        $world.Machines = $new
        @(Get-Inventory $world | Where-Object { $_.type -eq 'journal' }).Count | Should -Be 0
        $lines = Get-Inventory $world -Folder $old, $new, $old, (Join-Path $old 'missing')
        $journal = @($lines | Where-Object { $_.type -eq 'journal' })
        $journal.machine_uid | Should -Be $machine.Job.run.machine_uid
        $journal.folder | Should -Be $old
        $world.Machines = $old
        $update = New-TestJob $world update -Attempt 8 -Change @{ 'machine.vm_id' = $machine.VmId }
        (Invoke-TestAgent $world $update).Outcome.reason | Should -Be 'Updated'
        $removal = New-TestJob $world remove -Attempt 9 -Change @{ 'machine.vm_id' = $machine.VmId }
        (Invoke-TestAgent $world $removal).Outcome.finding | Should -Be 'VmRemoved'
        @(Get-ChildItem $old -Directory).Count | Should -Be 0
        $world.Machines = $new
        $gone = @(Get-Inventory $world -Folder $old | Where-Object { $_.type -eq 'removed' })
        $gone.machine_uid | Should -Be $machine.Job.run.machine_uid
        $gone.finding | Should -Be 'VmRemoved'
        Test-Path $new | Should -BeFalse
    }

    It 'is there once, with its newest launch, if it is in both' {
        $world.Machines = $new
        $update = New-TestJob $world update -Attempt 8 -Change @{ 'machine.vm_id' = $machine.VmId }
        (Invoke-TestAgent $world $update).Outcome.reason | Should -Be 'Updated'
        foreach ($first in $old, $new) {
            $world.Machines = $first
            $journal = @(Get-Inventory $world -Folder $old, $new | Where-Object { $_.type -eq 'journal' })
            $journal.Count | Should -Be 1
            $journal[0].attempt | Should -Be 8
            $journal[0].folder | Should -Be $new
        }
    }

    It 'counts as removed if one of its tombstones says so' {
        $uid = $machine.Job.run.machine_uid
        $null = New-Item -ItemType Directory $new
        [System.IO.File]::WriteAllText((Join-Path $new "$uid.removed"), '{"finding":"NoVmFound"}')
        [System.IO.File]::WriteAllText((Join-Path $old "$uid.removed"), '{"finding":"VmRemoved"}')
        foreach ($folder in @($old, $new), @($new, $old)) {
            $world.Machines = $folder[0]
            $gone = @(Get-Inventory $world -Folder $folder | Where-Object { $_.type -eq 'removed' })
            $gone.Count | Should -Be 1
            $gone[0].finding | Should -Be 'VmRemoved'
        }
    }

    It 'is PathNotAllowed for a folder outside of the allowed roots' {
        @(Get-Inventory $world -Folder '/etc')[-1].code | Should -Be 'PathNotAllowed'
    }
}
