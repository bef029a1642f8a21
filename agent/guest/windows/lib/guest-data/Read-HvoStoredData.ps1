function Read-HvoStoredData {
    <#
    .SYNOPSIS
        Returns the fields of the data that is stored on this VM.
    .PARAMETER Context
        The context of the guest.
    .PARAMETER State
        The state.
    .OUTPUTS
        System.Collections.Hashtable, as ConvertFrom-HvoGuestData returns it. Throws KeyLost, InvalidData, or what
        ConvertFrom-HvoGuestData throws.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [PSCustomObject] $Context,
        [Parameter(Mandatory = $true)] [PSCustomObject] $State
    )
    $key = Get-HvoMachineKey -VirtualMachineId $Context.Vm
    if ($null -eq $key) { throw (New-HvoStepFailure -Code KeyLost) }
    $sealed = [string](Get-HvoFileContent -Path $Context.Sealed)
    $result = Unprotect-HvoSealedData -Sealed $sealed -Key $key -VirtualMachineId $Context.Vm
    if ($result.Refusal) {
        Write-HvoGuestLog -Context $Context -Name StoredDataRefused -Detail $result.Refusal
        if ($result.Refusal -ceq 'OtherKey') { throw (New-HvoStepFailure -Code KeyLost) }
        throw (New-HvoStepFailure -Code InvalidData)
    }
    if ($result.Run -cne $State.run) { throw (New-HvoStepFailure -Code InvalidData) }
    return ConvertFrom-HvoGuestData -Stream $result.Plaintext
}
