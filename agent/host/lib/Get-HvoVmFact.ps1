function Get-HvoVmFact {
    <#
    .SYNOPSIS
        Returns the inventory's lines of all VMs.
    .DESCRIPTION
        Addresses, and the key-value pairs of guests that are waited for, are read for all VMs at once.
    #>
    param([AllowEmptyCollection()] [object[]] $Journals = @())
    $waiting = @{}
    foreach ($journal in $Journals) {
        if ($journal.state -ne 'completed') { $waiting[$journal.machine_uid] = $true }
    }
    $vms = @(Get-VM)
    $marks = @{}
    foreach ($vm in $vms) { $marks[[string]$vm.Id] = Get-HvoMark $vm }
    $unfinished = @($vms | Where-Object { $uid = $marks[[string]$_.Id].MachineUid; $uid -and $waiting.ContainsKey($uid) })
    $guests = if ($unfinished.Count) { Get-HvoGuestFact -VmIds @($unfinished | ForEach-Object { ConvertTo-HvoGuid $_.Id }) } else { @{} }
    $addresses = if ($vms.Count) { Get-HvoAddress } else { @{} }
    foreach ($vm in $vms) {
        $id = ConvertTo-HvoGuid $vm.Id
        $mark = $marks[[string]$vm.Id]
        $running = [string]$vm.State -eq 'Running'
        [ordered]@{
            type = 'vm'; vm_id = $id; name = [string]$vm.Name; state = ConvertTo-HvoVmState $vm.State
            cpu_cores = [int]$vm.ProcessorCount; memory_bytes = [long]$vm.MemoryStartup
            addresses = [string[]]@(if ($running -and $addresses.ContainsKey($id)) { $addresses[$id] | Select-Object -First 64 })
            heartbeat = ConvertTo-HvoHeartbeat $vm.Heartbeat; replica = [bool](Test-HvoReplica $vm)
            machine_uid = $mark.MachineUid; cluster_uid = $mark.ClusterUid; guest = $guests[$id]
        }
    }
}
