function Write-HvoStepRecord {
    <#
    .SYNOPSIS
        Writes a step record: an information record with the tag HyperVOperator, one line of JSON.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Step,
        [Parameter(Mandatory = $true)] [ValidateSet('started', 'progress', 'completed', 'skipped', 'failed')] [string] $State,
        [Parameter()] [string] $Message = '',
        [Parameter()] [AllowNull()] [object] $Percent = $null
    )
    $record = [ordered]@{
        type = 'step'; step = $Step; state = $State; percent = $Percent; message = $Message; at = Get-HvoTimestamp
    }
    Write-Information -MessageData (ConvertTo-HvoJson $record) -Tags 'HyperVOperator'
}
