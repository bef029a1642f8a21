function Get-HvoVmInventory {
    <#
    .SYNOPSIS
        Returns the inventory's lines of all VMs.
    .DESCRIPTION
        Addresses, and the key-value pairs of guests that are waited for, are read for all VMs at once.
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
        # Calling a function for each of 500 VMs takes longer than what most of them would find out.
        if (([string]$vm.Notes).Contains('hyperv-operator.io/') -or ([string]$vm.Name).StartsWith('hvo-')) {
            $marks[[string]$vm.Id] = Get-HvoVmMark -Vm $vm
        }
    }
    $unfinished = @($vms | Where-Object {
            $mark = $marks[[string]$_.Id]
            $null -ne $mark -and $mark.MachineUid -and $waiting.ContainsKey($mark.MachineUid)
        })
    $guests = if ($unfinished.Count) { Get-HvoGuestInventory -VmIds @($unfinished | ForEach-Object { ConvertTo-HvoGuid $_.Id }) } else { @{} }
    $addresses = if ($vms.Count) { Get-HvoVmAddress } else { @{} }
    $none = @{ MachineUid = $null; ClusterUid = $null }
    $states, $heartbeats, $replicas = @{}, @{}, @{}
    foreach ($vm in $vms) {
        $id = ([Guid][string]$vm.Id).ToString('D')
        $state, $heartbeat, $mode = [string]$vm.State, [string]$vm.Heartbeat, [string]$vm.ReplicationMode
        if (-not $states.ContainsKey($state)) { $states[$state] = ConvertTo-HvoVmState $state }
        if (-not $heartbeats.ContainsKey($heartbeat)) { $heartbeats[$heartbeat] = ConvertTo-HvoHeartbeat $heartbeat }
        if (-not $replicas.ContainsKey($mode)) { $replicas[$mode] = [bool](Test-HvoVmReplica $vm) }
        $mark = if ($marks.ContainsKey([string]$vm.Id)) { $marks[[string]$vm.Id] } else { $none }
        $seen = if ($state -eq 'Running' -and $addresses.ContainsKey($id)) { $addresses[$id] } else { @() }
        [ordered]@{
            type = 'vm'; vm_id = $id; name = [string]$vm.Name; state = $states[$state]
            cpu_cores = [int]$vm.ProcessorCount; memory_bytes = [long]$vm.MemoryStartup
            addresses = [string[]]@($seen | Select-Object -First 64); heartbeat = $heartbeats[$heartbeat]
            replica = $replicas[$mode]; machine_uid = $mark.MachineUid; cluster_uid = $mark.ClusterUid; guest = $guests[$id]
        }
    }
}
