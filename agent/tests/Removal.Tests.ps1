# Removal: everything of the machine goes, nothing else does, and only what is gone is said to be.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force

    function Remove-Machine {
        param($World, $VmId, [int] $Attempt = 9)
        Invoke-TestAgent $World (New-TestJob $World remove -Attempt $Attempt -Change @{ 'machine.vm_id' = $VmId })
    }
}

AfterAll { Remove-TestHost }

Describe 'A removal' {
    BeforeEach { $world = New-TestHost }

    It 'takes VM and folder, leaves a tombstone, and says so as the golden outcome does' {
        $machine = Complete-TestMachine $world
        $launch = Remove-Machine $world $machine.VmId
        $golden = ConvertFrom-Json (Get-Golden 'records/outcome-removed.json')
        $golden.vm_id = $machine.VmId
        ConvertTo-Json $launch.Outcome | Should -BeExactly (ConvertTo-Json $golden)
        $launch.Steps | Should -Be @('RemoveClusterRole:started', 'RemoveClusterRole:completed', 'RemoveVM:started', 'RemoveVM:completed',
            'RemoveFiles:started', 'RemoveFiles:completed', 'VerifyRemoved:started', 'VerifyRemoved:completed')
        @(Get-VM).Count | Should -Be 0
        @(Get-ChildItem -Name $world.Machines | Sort-Object) | Should -Be @("$($machine.Job.run.machine_uid).removed", 'register.lock')
        @(Get-ChildItem -Name $world.Images).Count | Should -Be 2
    }

    It 'leaves a tombstone of a machine that was never here, and may come twice' {
        foreach ($attempt in 1, 1) {
            $launch = Remove-Machine $world $null $attempt
            $launch.Outcome.reason | Should -Be 'Removed'
        }
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 20)).Outcome.code | Should -Be 'Superseded'
        @(Get-ChildItem $world.Machines -Directory).Count | Should -Be 0
    }

    It 'takes what a launch left half done: <What>' -ForEach @(
        @{ What = 'a VM that is not marked yet'; Fault = @{ Cmdlet = 'Set-VM'; Message = 'x' } }
        @{ What = 'a VM that does not run yet'; Fault = @{ Cmdlet = 'Start-VM'; Message = 'x' } }
        @{ What = 'a folder without a VM'; Fault = @{ Cmdlet = 'New-VM'; Message = 'x' } }
    ) {
        Add-FakeFault @Fault
        $null = Invoke-TestAgent $world (New-TestJob $world)
        (Remove-Machine $world $null).Outcome.reason | Should -Be 'Removed'
        @(Get-VM).Count | Should -Be 0
        @(Get-ChildItem $world.Machines -Directory).Count | Should -Be 0
    }

    It 'detaches disks outside of the folder, reports them, and leaves their files and the other VMs' {
        $machine = Complete-TestMachine $world
        $data = Join-Path $world.Images '../data.vhdx'
        $data = [System.IO.Path]::GetFullPath($data)
        [System.IO.File]::WriteAllText($data, 'precious')
        Add-VMHardDiskDrive -VM (Get-VM) -Path $data
        $other = New-VM -Name 'other' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        $launch = Remove-Machine $world $machine.VmId
        $launch.Outcome.reason | Should -Be 'Removed'
        $launch.Outcome.message | Should -Match ([regex]::Escape($data))
        [System.IO.File]::ReadAllText($data) | Should -Be 'precious'
        "$((Get-VM).Id)" | Should -Be "$($other.Id)"
        @(Get-FakeLedger 'Remove-VMHardDiskDrive').Count | Should -Be 1
    }

    It 'does not follow a link in the folder' {
        $machine = Complete-TestMachine $world
        $elsewhere = Join-Path $world.Root 'elsewhere'
        $null = New-Item -ItemType Directory $elsewhere
        [System.IO.File]::WriteAllText((Join-Path $elsewhere 'file'), 'stays')
        $null = New-Item -ItemType SymbolicLink -Path (Get-Folder $world $machine.Job 'link') -Target $elsewhere
        (Remove-Machine $world $machine.VmId).Outcome.reason | Should -Be 'Removed'
        [System.IO.File]::ReadAllText((Join-Path $elsewhere 'file')) | Should -Be 'stays'
    }

    It 'touches nothing without the mark: NotOwned, and the folder stays' {
        $machine = Complete-TestMachine $world
        Set-VM -VM (Get-VM) -Notes 'mine now'
        $launch = Remove-Machine $world $machine.VmId
        $launch.Outcome.code | Should -Be 'NotOwned'
        (Get-VM).State | Should -Be 'Running'
        Test-Path (Get-Folder $world $machine.Job 'disk.vhdx') | Should -BeTrue
    }

    It 'touches neither of two VMs with the mark, nor a replica' {
        $machine = Complete-TestMachine $world
        $copy = New-VM -Name 'copy' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        Set-VM -VM $copy -Notes (Get-VM | Where-Object { $_.Name -ne 'copy' }).Notes
        (Remove-Machine $world $machine.VmId 9).Outcome.code | Should -Be 'IdentityConflict'
        Remove-VM -VM $copy -Force
        Edit-FakeVM -Id $machine.VmId -Property @{ replicationMode = 'Replica' }
        (Remove-Machine $world $machine.VmId 10).Outcome.code | Should -Be 'IdentityConflict'
        Edit-FakeVM -Id $machine.VmId -Property @{ replicationMode = 'None' }
        (Remove-Machine $world $machine.VmId 11).Outcome.reason | Should -Be 'Removed'
    }

    It 'removes the recreated VM although the operator knows only the previous one' {
        $old = (Invoke-TestAgent $world (New-TestJob $world)).Outcome.vm_id
        Stop-VM -VM (Get-VM) -TurnOff -Force
        Remove-VM -VM (Get-VM) -Force
        $null = Invoke-TestAgent $world (New-TestJob $world -Attempt 2)
        (Remove-Machine $world $old).Outcome.reason | Should -Be 'Removed'
        @(Get-VM).Count | Should -Be 0
    }

    It 'is HostBusy while a launch works, Superseded when it is older, and leaves no tombstone then' {
        $job = New-TestJob $world -Attempt 5
        $null = Invoke-TestAgent $world $job
        $lock = [System.IO.File]::Open((Get-Folder $world $job 'lock'), 'Open', 'ReadWrite', 'None')
        try { (Remove-Machine $world $null).Outcome.code | Should -Be 'HostBusy' } finally { $lock.Dispose() }
        (Remove-Machine $world $null 5).Outcome.code | Should -Be 'Superseded'
        @(Get-ChildItem $world.Machines -Filter '*.removed').Count | Should -Be 0
    }

    It 'goes on when an answer was lost' {
        $machine = Complete-TestMachine $world
        Add-FakeFault 'Remove-VM' -When after -Message 'The connection was lost.'
        (Remove-Machine $world $machine.VmId).Outcome.reason | Should -Be 'Removed'
    }
}

Describe 'A removal of a clustered machine' {
    BeforeEach {
        $world = New-TestHost -Cluster 'HVC01'
        $machine = Complete-TestMachine $world -Change @{ 'fields.vm_clustered' = $true }
    }

    It 'takes the role too' {
        (Remove-Machine $world $machine.VmId).Outcome.reason | Should -Be 'Removed'
        @(Get-ClusterGroup | Where-Object { $_.GroupType -eq 'VirtualMachine' }).Count | Should -Be 0
    }

    It 'touches nothing while another node has the VM' {
        Set-FakeCluster @{ groups = @(@{ name = 'web-server-01'; type = 'VirtualMachine'; vmId = $machine.VmId; owner = 'HYPERV02'; state = 'Online' }) }
        Remove-Item (Join-Path $world.Root "vms/$($machine.VmId).json")
        $launch = Remove-Machine $world $machine.VmId
        $launch.Outcome.code | Should -Be 'ClusterFailed'
        $launch.Outcome.message | Should -Match 'HYPERV02'
        Test-Path (Get-Folder $world $machine.Job 'disk.vhdx') | Should -BeTrue
        @(Get-ClusterGroup | Where-Object { $_.GroupType -eq 'VirtualMachine' }).Count | Should -Be 1
    }

    It 'touches nothing while the cluster does not answer' {
        Add-FakeFault 'Get-Cluster' -Message 'The cluster service is not running.' -Times 0
        $job = New-TestJob $world remove -Attempt 9 -Change @{ 'machine.vm_id' = $machine.VmId; 'host.failover_cluster' = 'HVC01' }
        (Invoke-TestAgent $world $job).Outcome.code | Should -Be 'ClusterFailed'
        @(Get-VM).Count | Should -Be 1
    }
}
