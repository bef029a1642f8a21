function Read-HvoStoredData {
    <#
    .SYNOPSIS
    Opens the data that was stored on this VM.
    .PARAMETER Context
    The guest's context.
    .PARAMETER State
    The state.
    .OUTPUTS
    As ConvertFrom-HvoGuestData tells; the failures KeyLost and InvalidData.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [hashtable] $State
    )
    $key = Get-HvoMachineKey -VirtualMachineId $Context.Vm
    if ($null -eq $key) { throw (New-HvoStepFailure -Code KeyLost) }
    $sealed = [string](Get-HvoFileContent -Path $Context.Sealed)
    $opened = Unprotect-HvoSealedData -Sealed $sealed -Key $key -VirtualMachineId $Context.Vm
    if ($opened.Refusal) {
        Write-HvoGuestLog -Context $Context -Word StoredDataRefused -Detail $opened.Refusal
        if ($opened.Refusal -ceq 'OtherKey') { throw (New-HvoStepFailure -Code KeyLost) }
        throw (New-HvoStepFailure -Code InvalidData)
    }
    if ($opened.Run -cne $State.run) { throw (New-HvoStepFailure -Code InvalidData) }
    ConvertFrom-HvoGuestData -Stream $opened.Plaintext
}
