function Get-HvoUnlistedVm {
    <#
    .SYNOPSIS
        Returns the VMs that exist and are not in a list, each with its VM object or the reason why it cannot be opened.
    .DESCRIPTION
        Failure is the error that the list was made with: it is reported if Msvm_ComputerSystem cannot be read either.
    .OUTPUTS
        Objects with VmId, Vm (of Get-VM, or null) and Problem (as in Get-HvoVmList, or null).
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [string[]] $Listed,
        [Parameter(Mandatory = $true)] [object] $Failure
    )
    try {
        $systems = @(Get-HvoVmSystem)
    } catch {
        $text = "The VMs could not all be listed: $(Format-HvoError $Failure). $(Format-HvoError $_)"
        $problem = [PSCustomObject]@{ VmId = $null; Name = $null; MachineUid = $null; Message = $text }
        return [PSCustomObject]@{ VmId = $null; Vm = $null; Problem = $problem }
    }
    foreach ($system in $systems) {
        $id = ConvertTo-HvoGuid $system.Name
        if ($Listed -contains $id) { continue }
        try {
            $vm = Get-VM -Id ([Guid]$id) -ErrorAction Stop
            if ($null -eq $vm.State) { throw 'Its state could not be read.' }
            [PSCustomObject]@{ VmId = $id; Vm = $vm; Problem = $null }
        } catch {
            $text = Format-HvoError $_
            # It may have vanished in the meantime.
            if (-not @(Get-HvoVmSystem -VmId $id).Count) { continue }
            $name = [string](Get-HvoProperty $system 'ElementName')
            $mark = Get-HvoVmMark -Vm ([PSCustomObject]@{ Notes = ''; Name = $name })
            $problem = [PSCustomObject]@{ VmId = $id; Name = $name; MachineUid = $mark.MachineUid; Message = $text }
            [PSCustomObject]@{ VmId = $id; Vm = $null; Problem = $problem }
        }
    }
}
