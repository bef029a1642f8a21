function Remove-HvoStaleState {
    <#
    .SYNOPSIS
    Forgets what a captured image has brought along of the VM it was made from: keys, data, and what was told to its host.
    .PARAMETER Context
    The guest's context.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    foreach ($name in @(Get-HvoSubfolderName -Path $Context.Machines)) {
        if ($name -ceq $Context.Vm) { continue }
        Remove-HvoMachineKey -VirtualMachineId $name
        Remove-HvoPath -Path ([System.IO.Path]::Combine($Context.Machines, $name))
        Write-HvoGuestLog -Context $Context -Word ForeignStateRemoved
    }
    if (-not (Get-HvoFileContent -Path $Context.State)) { Set-HvoGuestKvpItem -Name 'ProvisioningState' }
}
