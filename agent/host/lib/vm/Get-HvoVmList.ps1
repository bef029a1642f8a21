function Get-HvoVmList {
    <#
    .SYNOPSIS
        Returns the host's VMs, and the VMs that Hyper-V knows and cannot open.
    .DESCRIPTION
        Get-VM writes an error for a VM that it cannot open, as one whose volume is gone, and lists the others; the error does not
        name the VM. So the VMs that the list lacks are found in Msvm_ComputerSystem, and asked for one by one. The launch ends
        only if Hyper-V itself does not answer, or the account may not ask it.
    .OUTPUTS
        Object with Vms (of Get-VM), and Problems: objects with VmId, Name, MachineUid (each null if not known) and Message.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param()
    $failures, $vms = $null, @()
    try {
        $vms = @(Get-VM -ErrorAction SilentlyContinue -ErrorVariable failures)
    } catch {
        # It is about Hyper-V, not about one VM.
        $failure = $_
        Assert-HvoHyperVService -Failures @($failure)
        throw $failure
    }
    $failures = @($failures | Where-Object { $null -ne $_ })
    $listed = [ordered]@{}
    foreach ($vm in $vms) {
        # Hyper-V reads a property when it is asked for, and PowerShell makes null of one that cannot be read. Every VM has a state:
        # without one, what the notes say is not known either.
        $null = [string]$vm.Notes
        if ($null -ne $vm.State) {
            $listed[([Guid][string]$vm.Id).ToString('D')] = $vm
        } else {
            $failures += [System.InvalidOperationException]::new("VM $($vm.Id) could not be read.")
        }
    }
    $problems = @()
    # Where some VMs are listed, a refusal is about one VM and not about Hyper-V.
    if ($failures.Count -or -not $listed.Count) { Assert-HvoHyperVService -Failures @(if (-not $listed.Count) { $failures }) }
    if ($failures.Count) {
        Write-HvoLog -Message "$($failures.Count) VMs could not be listed; the first: $(Format-HvoError $failures[0])."
        foreach ($other in @(Get-HvoUnlistedVm -Listed @($listed.Keys) -Failure $failures[0])) {
            if ($null -ne $other.Vm) { $listed[$other.VmId] = $other.Vm } else { $problems += $other.Problem }
        }
    }
    return [PSCustomObject]@{ Vms = [object[]]@($listed.Values); Problems = [object[]]$problems }
}
