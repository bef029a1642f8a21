function Get-HvoVmInventory {
    <#
    .SYNOPSIS
        Returns the VMs' lines of the inventory.
    .DESCRIPTION
        Addresses, and the key-value pairs of the guests of unfinished machines, are read for all VMs at once.
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
    $vms = @(Get-VM)
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
    $states, $replicas = @{}, @{}
    foreach ($vm in $vms) {
        $id = ([Guid][string]$vm.Id).ToString('D')
        $state, $mode = [string]$vm.State, [string]$vm.ReplicationMode
        if (-not $states.ContainsKey($state)) { $states[$state] = ConvertTo-HvoVmState $state }
        if (-not $replicas.ContainsKey($mode)) { $replicas[$mode] = Test-HvoVmReplica $vm }
        $uid, $cluster, $machine = $null, $null, $null
        if ($marks.ContainsKey([string]$vm.Id)) {
            $mark = $marks[[string]$vm.Id]
            $uid, $cluster, $machine = $mark.MachineUid, $mark.ClusterUid, $mark.Machine
        }
        $seen = if ($state -eq 'Running' -and $addresses.ContainsKey($id)) { $addresses[$id] } else { @() }
        [ordered]@{
            type = 'vm'; vm_id = $id; name = [string]$vm.Name; state = $states[$state]
            cpu_cores = [int]$vm.ProcessorCount; memory_bytes = [long]$vm.MemoryStartup
            addresses = [string[]]@($seen | Select-Object -First 64); replica = $replicas[$mode]; machine_uid = $uid
            cluster_uid = $cluster; machine = $machine; guest = $guests[$id]
        }
    }
}
