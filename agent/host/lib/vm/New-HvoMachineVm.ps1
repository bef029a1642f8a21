function New-HvoMachineVm {
    <#
    .SYNOPSIS
        Creates the VM under the name hvo-<machine uid>, which identifies it until it is marked.
    .DESCRIPTION
        New-VM may fail although it has created the VM; the VM is used if it exists.
    .OUTPUTS
        VirtualMachine.
    #>
    [CmdletBinding()]
    [OutputType('Microsoft.HyperV.PowerShell.VirtualMachine')]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $name = "hvo-$($Context.Run.machine_uid)"
    try {
        $null = New-VM -Name $name -Generation 2 -MemoryStartupBytes ([long]$Context.Fields.gb_ram * 1073741824) `
            -VHDPath $Context.DiskPath -Path $Context.Folder -SwitchName $Context.Job.host.virtual_switch
    } catch {
        $failure = $_
        $made = @((Get-HvoVmList).Vms | Where-Object { $_.Name -ceq $name })
        if ($made.Count -ne 1) { throw $failure }
        Write-HvoLog -Message "The VM was created although New-VM failed: $($failure.Exception.Message)"
    }
    $vm = Find-HvoMachineVm -Context $Context -Vms (Get-HvoVmList).Vms
    if ($null -eq $vm) { throw 'The VM was created and does not exist.' }
    return $vm
}
