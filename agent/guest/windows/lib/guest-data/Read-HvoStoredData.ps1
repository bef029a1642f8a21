function Read-HvoStoredData {
    <#
    .SYNOPSIS
    Opens the data that was stored on this VM.
    .PARAMETER Context
    The guest's context.
    .PARAMETER State
    The state.
    .OUTPUTS
    As ConvertFrom-HvoPlaintext tells; the failures KeyLost and InvalidData.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [hashtable] $State
    )
    $key = Get-HvoMachineKey -VirtualMachineId $Context.Vm
    if ($null -eq $key) { throw (New-HvoFailure -Code KeyLost) }
    $sealed = [string](Get-HvoFile -Path $Context.Sealed)
    $opened = Open-HvoSealedData -Sealed $sealed -Key $key -VirtualMachineId $Context.Vm
    if ($opened.Refusal) {
        Write-HvoLog -Context $Context -Word StoredDataRefused -Detail $opened.Refusal
        if ($opened.Refusal -ceq 'OtherKey') { throw (New-HvoFailure -Code KeyLost) }
        throw (New-HvoFailure -Code InvalidData)
    }
    if ($opened.Run -cne $State.run) { throw (New-HvoFailure -Code InvalidData) }
    ConvertFrom-HvoPlaintext -Stream $opened.Plaintext
}
