function Get-HvoVmInventory {
    <#
    .SYNOPSIS
        Returns the VMs' lines of the inventory.
    .DESCRIPTION
        Addresses, and the key-value pairs of the guests of unfinished machines, are read for all VMs at once. A VM that cannot be
        opened, or that vanishes while it is read, has a line with the problem in place of what it is like.
    .OUTPUTS
        Ordered dictionaries.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter()] [AllowEmptyCollection()] [object[]] $Journals = @()
    )
    $waiting = @{}
    foreach ($journal in $Journals) {
        if ($journal.state -ne 'completed') { $waiting[$journal.machine_uid] = $true }
    }
    $list = Get-HvoVmList
    $vms = $list.Vms
    $marks = @{}
    foreach ($vm in $vms) {
        # A function call for each of 500 VMs takes too long; most VMs carry no mark.
        if (([string]$vm.Notes).Contains('hyperv-operator.io/') -or ([string]$vm.Name).StartsWith('hvo-', [StringComparison]::Ordinal)) {
            $marks[[string]$vm.Id] = Get-HvoVmMark -Vm $vm
        }
    }
    $unfinished = @($vms | Where-Object {
            $mark = $marks[[string]$_.Id]
            $null -ne $mark -and $mark.MachineUid -and $waiting.ContainsKey($mark.MachineUid)
        })
    $ids = @($unfinished | ForEach-Object { ConvertTo-HvoGuid $_.Id })
    $guests = if ($ids.Count) { Get-HvoGuestInventory -VmIds $ids } else { @{} }
    $addresses = if ($vms.Count) { Get-HvoVmAddress } else { @{} }
    $states, $critical, $replicas = @{}, @{}, @{}
    $problems = @($list.Problems)
    foreach ($vm in $vms) {
        $id = ([Guid][string]$vm.Id).ToString('D')
        $name, $state, $mode, $cores, $memory = $vm.Name, $vm.State, $vm.ReplicationMode, $vm.ProcessorCount, $vm.MemoryStartup
        if ($null -eq $name -or $null -eq $state -or $null -eq $mode -or $null -eq $cores -or $null -eq $memory) {
            # Hyper-V reads a property when it is asked for, and PowerShell makes null of one that cannot be read.
            $uid = if ($marks.ContainsKey([string]$vm.Id)) { $marks[[string]$vm.Id].MachineUid } else { $null }
            $problems += [PSCustomObject]@{ VmId = $id; Name = $name; MachineUid = $uid; Message = 'It could not be read as a whole' }
            continue
        }
        $state, $mode = [string]$state, [string]$mode
        if (-not $states.ContainsKey($state)) {
            $states[$state] = ConvertTo-HvoVmState $state
            $critical[$state] = Test-HvoVmCritical $state
        }
        if (-not $replicas.ContainsKey($mode)) { $replicas[$mode] = Test-HvoVmReplica $vm }
        $uid, $cluster, $machine = $null, $null, $null
        if ($marks.ContainsKey([string]$vm.Id)) {
            $mark = $marks[[string]$vm.Id]
            $uid, $cluster, $machine = $mark.MachineUid, $mark.ClusterUid, $mark.Machine
        }
        $seen = if ($state -eq 'Running' -and $addresses.ContainsKey($id)) { $addresses[$id] } else { @() }
        [ordered]@{
            type = 'vm'; vm_id = $id; name = [string]$name; state = $states[$state]; critical = $critical[$state]
            cpu_cores = [int]$cores; memory_bytes = [long]$memory
            addresses = [string[]]@($seen | Select-Object -First 64); replica = $replicas[$mode]; machine_uid = $uid
            cluster_uid = $cluster; machine = $machine; guest = $guests[$id]
        }
    }
    foreach ($problem in $problems) {
        [ordered]@{
            type = 'vm'; vm_id = $problem.VmId; name = $problem.Name; machine_uid = $problem.MachineUid; problem = "$($problem.Message)."
        }
    }
}
