function Get-CimInstance {
    <#
    .SYNOPSIS
    Returns instances of the few classes that README.md lists.
    #>
    [CmdletBinding(DefaultParameterSetName = 'ClassName')]
    param(
        [Parameter(ParameterSetName = 'ClassName', Position = 0, Mandatory)] [string] $ClassName,
        [Parameter(ParameterSetName = 'Object', Position = 0, Mandatory, ValueFromPipeline)] [object] $InputObject,
        [Parameter(ParameterSetName = 'ClassName')] [string] $Namespace = 'root\cimv2',
        [Parameter(ParameterSetName = 'ClassName')] [string] $Filter,
        [Parameter(ParameterSetName = 'ClassName')] [string[]] $Property
    )
    process {
        if ($PSCmdlet.ParameterSetName -eq 'Object') {
            $ClassName = $InputObject.CimClass.CimClassName
            $Namespace = $InputObject.CimClass.CimSystemProperties.Namespace
            $key = @('InstanceID', 'DeviceID', 'Name' | Where-Object { $InputObject.PSObject.Properties[$_] })[0]
            $Filter = "$key='$($InputObject.$key.Replace('\', '\\'))'"
        }
        $as = "Get-CimInstance $ClassName"
        $lock = Enter-FakeCall $PSCmdlet $as
        try {
            $known, $found = Get-FakeCim $Namespace $ClassName
            if (-not $known) {
                Write-FakeError $PSCmdlet 'Invalid class ' 'HRESULT 0x80041010' 'MetadataError' "$($Namespace):$ClassName"
                return
            }
            foreach ($instance in @(Select-FakeCim $PSCmdlet @($found) $Filter)) {
                foreach ($one in @($instance.PSObject.Properties | Where-Object { $Property -and $_.Name -ne 'CimClass' -and $_.Name -notin $Property })) {
                    # What was not asked for is there all the same, and empty.
                    $one.Value = $null
                }
                $instance
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock $as
    }
}

function Get-CimAssociatedInstance {
    <#
    .SYNOPSIS
    Returns the KVP component of a VM's Msvm_ComputerSystem, or the setting data of that component.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, Mandatory, ValueFromPipeline)] [object] $InputObject,
        [Parameter(Position = 1)] [string] $Association,
        [string] $ResultClassName
    )
    process {
        $as = "Get-CimAssociatedInstance $ResultClassName"
        $lock = Enter-FakeCall $PSCmdlet $as
        try {
            $space = $InputObject.CimClass.CimSystemProperties.Namespace
            $pair = "$($InputObject.CimClass.CimClassName) $ResultClassName"
            switch ($pair) {
                'Msvm_ComputerSystem Msvm_KvpExchangeComponent' { $filter = "SystemName='$($InputObject.Name)'" }
                'Msvm_KvpExchangeComponent Msvm_KvpExchangeComponentSettingData' { $filter = "InstanceID LIKE 'Microsoft:$($InputObject.SystemName)%'" }
                default { $filter = '' }
            }
            if (-not $filter) { return }
            $null, $found = Get-FakeCim $space $ResultClassName
            Select-FakeCim $PSCmdlet @($found) $filter
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock $as
    }
}

function Invoke-CimMethod {
    <#
    .SYNOPSIS
    Calls AddKvpItems, ModifyKvpItems or RemoveKvpItems of the management service.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Position = 0, Mandatory, ValueFromPipeline)] [object] $InputObject,
        [Parameter(Position = 1, Mandatory)] [Alias('Name')] [string] $MethodName,
        [Parameter(Position = 2)] [System.Collections.IDictionary] $Arguments
    )
    process {
        $as = "Invoke-CimMethod $MethodName"
        $lock = Enter-FakeCall $PSCmdlet $as
        try {
            $service = $InputObject.CimClass.CimClassName -eq 'Msvm_VirtualSystemManagementService'
            if (-not ($service -and $MethodName -in 'AddKvpItems', 'ModifyKvpItems', 'RemoveKvpItems')) {
                Write-FakeError $PSCmdlet 'Invalid method ' 'HRESULT 0x8004102e' 'InvalidOperation' $MethodName
                return
            }
            if ($Arguments['DataItems'] -isnot [string[]]) {
                Write-FakeError $PSCmdlet 'Type mismatch for parameter "DataItems"' 'HRESULT 0x80041005' 'InvalidType' $MethodName
                return
            }
            Invoke-FakeKvpMethod $MethodName $Arguments
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock $as
    }
}
